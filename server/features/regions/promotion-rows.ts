import "server-only";
import { z } from "zod";
import type { CheckItem, PromotionKind } from "#server/engines/dr-promotion/checklist.ts";
import {
  mayPromotionMove,
  type PromotionState,
} from "#server/engines/dr-promotion/state-machine.ts";
import type { Actor } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** Who did something, as rows keep it: an identity and what people call it. */
export const Person = z.object({
  kind: z.string(),
  issuer: z.string(),
  subject: z.string(),
  name: z.string(),
});
export type Person = z.infer<typeof Person>;

export interface PromotionRow {
  [column: string]: unknown;
  promotion_id: string;
  kind: PromotionKind;
  from_region: string;
  target_region: string;
  reason: string;
  state: PromotionState;
  requested_by: Person;
  cause_event_id: string;
  approval_id: string | null;
  subject_digest: Buffer | null;
  executed_by: Person | null;
  approval_used_at: Date | null;
  hook_begun_at: Date | null;
  attempt: number;
  fence: string;
  lease_until: Date | null;
  is_leased: boolean;
  is_due: boolean;
  error_code: string | null;
  error_text: string | null;
  concluded_by: (Person & { outcome: "succeeded" | "failed" }) | null;
  conclusion: string | null;
  created_at: Date;
  updated_at: Date;
  finished_at: Date | null;
}

export interface CheckRow {
  [column: string]: unknown;
  promotion_id: string;
  item: CheckItem;
  evidence: string;
  ticked_by: Person;
  ticked_at: Date;
}

export const PROMOTION_COLUMNS = `promotion_id, kind, from_region, target_region, reason, state, requested_by, cause_event_id,
  approval_id, subject_digest, executed_by, approval_used_at, hook_begun_at, attempt, fence, lease_until,
  coalesce(lease_until > clock_timestamp(), false) AS is_leased, due_at <= clock_timestamp() AS is_due,
  error_code, error_text, concluded_by, conclusion, created_at, updated_at, finished_at`;

/** The promotion, locked for the rest of the transaction. Throws `not_found`. */
export async function lockPromotion(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  promotionId: string,
): Promise<PromotionRow> {
  await tx.query(
    "SELECT 1 FROM dr_promotion WHERE tenant_id = $1 AND promotion_id = $2 FOR UPDATE",
    [tenant, promotionId],
  );
  const [row] = await tx.query<PromotionRow>(
    `SELECT ${PROMOTION_COLUMNS} FROM dr_promotion WHERE tenant_id = $1 AND promotion_id = $2`,
    [tenant, promotionId],
  );
  if (!row) throw notFound("region promotion");
  return row;
}

export function checksOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  promotionIds: readonly string[],
): Promise<CheckRow[]> {
  return tx.query<CheckRow>(
    `SELECT promotion_id, item, evidence, ticked_by, ticked_at FROM dr_promotion_check
     WHERE tenant_id = $1 AND promotion_id = ANY ($2::uuid[]) ORDER BY item`,
    [tenant, promotionIds],
  );
}

/** Throws `conflict` unless the promotion may go there now. */
export function assertMay(row: PromotionRow, to: PromotionState): void {
  if (mayPromotionMove(row.state, to)) return;
  throw new AppError("conflict", `This promotion is ${row.state.replaceAll("_", " ")}.`, {
    said: { key: "regions.promotionMoved", args: { state: row.state } },
    remedy: "Reload to see where it stands.",
  });
}

export function personOf(actor: Actor): Person {
  if (actor.kind === "user") {
    const { kind, issuer, subject, displayName } = actor;
    return { kind, issuer, subject, name: displayName.slice(0, 200) };
  }
  if (actor.kind === "service") {
    const { kind, issuer, subject } = actor;
    return { kind, issuer, subject, name: subject.slice(0, 200) };
  }
  const name = actor.kind === "worker" ? actor.name : actor.component;
  return {
    kind: actor.kind,
    issuer: "urn:sovereign-console:process",
    subject: `${actor.kind}:${name}`,
    name,
  };
}

/** What every event about a promotion shares. */
export function promotionEvent(
  row: Pick<PromotionRow, "promotion_id" | "cause_event_id">,
  act: string,
) {
  return {
    type: `runtime.regions.promotion-${act}`,
    subject: `dr-promotion/${row.promotion_id}`,
    causedBy: row.cause_event_id,
  } as const;
}
