import "server-only";
import type { z } from "zod";
import { isSameIdentity } from "#server/features/approvals/index.ts";
import type { Actor } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { BindingRow } from "../rotation-rows.ts";
import { type CompletionRow, completionsOf } from "./completion-rows.ts";
import { confirmersOf } from "./confirmers.ts";
import type { CompletionView, ManualWorkOutput } from "./schema.ts";

interface WorkRow extends BindingRow {
  [column: string]: unknown;
  owner: string;
  due_at: Date | null;
  is_overdue: boolean;
}

/** How a credential is changed by hand, by when, and what was said to be done. Throws `not_found`. */
export async function manualWork(
  tx: TenantTx,
  { tenant, actor }: { tenant: AuthorizedTenantId; actor: Actor },
  bindingId: string,
): Promise<z.input<typeof ManualWorkOutput>> {
  const [binding] = await tx.query<WorkRow>(
    `SELECT b.*, nullif(limit_key, 'infinity') AS due_at, limit_key <= clock_timestamp() AS is_overdue
     FROM secret_binding b WHERE tenant_id = $1 AND binding_id = $2`,
    [tenant, bindingId],
  );
  if (!binding) throw notFound("secret binding");
  const { rotator } = binding;
  if (rotator.kind !== "manual") return { work: null };
  const completions = await completionsOf(tx, tenant, bindingId);
  return {
    work: {
      asOf: await tx.startedAt(),
      instructions: rotator.instructions,
      intervalDays: rotator.intervalDays,
      owner: binding.owner,
      dueAt: binding.due_at,
      isOverdue: binding.is_overdue,
      confirmers: await confirmersOf(tx, binding, rotator),
      completions: completions.map((row) => toView(row, actor)),
    },
  };
}

function toView(row: CompletionRow, actor: Actor): z.input<typeof CompletionView> {
  const { issuer, subject } = row.completed_by;
  const first = { issuer: issuer ?? "", subject: subject ?? "" };
  return {
    completionId: row.completion_id,
    state: row.state,
    performedAt: row.performed_at,
    completedAt: row.completed_at,
    completedBy: row.completed_by,
    evidence: row.evidence,
    confirmers: row.confirmers,
    settledBy: row.settled_by,
    settledAt: row.settled_at,
    settleNote: row.settle_note,
    wasDueAt: row.was_due_at,
    eventId: row.event_id,
    isYours: actor.kind === "user" && isSameIdentity(actor, first),
  };
}
