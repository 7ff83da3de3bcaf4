import "server-only";
import { uuidv7 } from "uuidv7";
import type { z } from "zod";
import type { Actor } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { refuseRetiredTarget } from "../bindings/refuse-retired-target.ts";
import type { BindingRow } from "../rotation-rows.ts";
import type { OpenedRotation } from "../schema.ts";
import { targetOf } from "../target-of.ts";
import { addStep } from "./add-step.ts";
import { requestedBy } from "./requested-by.ts";

/**
 * Opens a rotation of a binding that the caller has locked. Throws `conflict` when one is under way:
 * there is at most one unfinished rotation for each binding.
 */
export async function openRotation(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  binding: BindingRow,
  how: {
    by: Actor;
    trigger: "forced" | "scheduled" | "leaked";
    eventId: string;
    rotationId?: string;
    /** The request that must be approved first. */
    approvalId?: string | null;
    /** By a person's word, outside the change window of its environment. */
    isOutsideWindow?: boolean;
  },
): Promise<z.input<typeof OpenedRotation>> {
  await refuseRetiredTarget(tx, tenant, binding);
  const { rotationId = uuidv7(), approvalId = null } = how;
  const state = approvalId ? "awaiting_approval" : "requested";
  const [opened] = await tx.query<{ created_at: Date }>(
    `INSERT INTO rotation (tenant_id, rotation_id, binding_id, state, trigger, requested_by,
       cause_event_id, due_at, grace_seconds, created_at, updated_at, approval_id, target_key, outside_window)
     VALUES ($1, $2, $3, $8, $4, $5, $6, clock_timestamp(), $7, clock_timestamp(), clock_timestamp(), $9, $10, $11)
     ON CONFLICT (tenant_id, binding_id) WHERE finished_at IS NULL DO NOTHING
     RETURNING created_at`,
    [
      tenant,
      rotationId,
      binding.binding_id,
      how.trigger,
      JSON.stringify(requestedBy(how.by)),
      how.eventId,
      binding.grace_seconds,
      state,
      approvalId,
      targetOf(binding),
      how.isOutsideWindow ?? false,
    ],
  );
  if (!opened) {
    throw new AppError("conflict", "A rotation of this credential is already under way.", {
      said: { key: "rotation.underWay" },
      remedy: "Wait until it is done; its state is shown beside the credential.",
    });
  }
  await tx.query(
    `UPDATE secret_binding SET state = 'rotating', retry_at = NULL, updated_at = clock_timestamp()
     WHERE tenant_id = $1 AND binding_id = $2`,
    [tenant, binding.binding_id],
  );
  const step = { rotationId, eventId: how.eventId, note: "" };
  await addStep(tx, tenant, { ...step, from: "", to: "requested" });
  if (approvalId) await addStep(tx, tenant, { ...step, from: "requested", to: state });
  return {
    rotationId,
    bindingId: binding.binding_id,
    state,
    trigger: how.trigger,
    createdAt: opened.created_at,
  };
}
