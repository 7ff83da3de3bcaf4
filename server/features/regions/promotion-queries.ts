import "server-only";
import type { z } from "zod";
import { CHECKLISTS } from "#server/engines/dr-promotion/checklist.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { type CheckRow, checksOf, PROMOTION_COLUMNS, type PromotionRow } from "./promotion-rows.ts";
import { currentDigest } from "./promotion-subject.ts";
import type { Promotions, PromotionView } from "./views.ts";

const NEWEST = 20;

/** The newest promotions with their checklists; those that were approved say whether they still hold. */
export async function promotions(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<z.input<typeof Promotions>> {
  const rows = await tx.query<PromotionRow>(
    `SELECT ${PROMOTION_COLUMNS} FROM dr_promotion WHERE tenant_id = $1
     ORDER BY created_at DESC, promotion_id DESC LIMIT ${NEWEST}`,
    [tenant],
  );
  const checks = await checksOf(
    tx,
    tenant,
    rows.map((row) => row.promotion_id),
  );
  const views = [];
  for (const row of rows) {
    const isWaiting = row.state === "awaiting_approval" || row.state === "approved";
    const now = isWaiting ? await currentDigest(tx, tenant, row, row.requested_by) : null;
    views.push(viewOf(row, checks, now !== null && !row.subject_digest?.equals(now)));
  }
  return {
    asOf: await tx.startedAt(),
    hasHook: env().DR_HOOK_URL !== undefined,
    promotions: views,
  };
}

function viewOf(
  row: PromotionRow,
  checks: readonly CheckRow[],
  isStale: boolean,
): z.input<typeof PromotionView> {
  const person = ({ name, kind }: { name: string; kind: string }) => ({ name, kind });
  return {
    promotionId: row.promotion_id,
    kind: row.kind,
    from: row.from_region,
    target: row.target_region,
    reason: row.reason,
    state: row.state,
    requestedBy: person(row.requested_by),
    executedBy: row.executed_by && person(row.executed_by),
    concludedBy: row.concluded_by && {
      ...person(row.concluded_by),
      outcome: row.concluded_by.outcome,
    },
    conclusion: row.conclusion,
    checks: CHECKLISTS[row.kind].map((item) => {
      const check = checks.find(
        (each) => each.promotion_id === row.promotion_id && each.item === item,
      );
      return {
        item,
        evidence: check?.evidence ?? null,
        tickedBy: check?.ticked_by.name ?? null,
        tickedAt: check?.ticked_at ?? null,
      };
    }),
    approvalId: row.approval_id,
    subjectDigest: row.subject_digest?.toString("hex") ?? null,
    isStale,
    errorText: row.error_text,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at,
  };
}
