import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { approvalSubject } from "#server/features/approvals/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { type CheckRow, checksOf, type PromotionRow } from "./promotion-rows.ts";
import { type RegionRow, regionsOf, type StoreRow, storesOf } from "./region-rows.ts";

type About = Pick<
  PromotionRow,
  "promotion_id" | "kind" | "from_region" | "target_region" | "reason"
>;

/**
 * What approvers of a promotion approve: both regions as they were last seen, and the evidence. A
 * leader that moves, a node that fails, a seal or a lag that turns makes it another subject. In a disaster
 * the marker counts too: a primary that still writes is not lost.
 */
export function promotionFields(
  row: About,
  regions: readonly Pick<RegionRow, "region" | "role" | "role_since">[],
  stores: readonly Pick<
    StoreRow,
    "region" | "state" | "digest" | "lag" | "lag_reason" | "marker_sequence"
  >[],
  checks: readonly Pick<CheckRow, "item" | "evidence" | "ticked_by">[],
): Record<string, JsonValue> {
  const seen = (name: string): JsonValue => {
    const region = regions.find((each) => each.region === name);
    const store = stores.find((each) => each.region === name);
    return {
      region: name,
      role: region?.role ?? "removed",
      roleSince: region?.role_since.toISOString() ?? null,
      state: store?.state ?? "unknown",
      observation: store?.digest ?? "",
      lag: store?.lag ?? "unknown",
      lagReason: store?.lag_reason ?? "not-observed",
    };
  };
  const target = stores.find((each) => each.region === row.target_region);
  return {
    promotionId: row.promotion_id,
    kind: row.kind,
    reason: row.reason,
    from: seen(row.from_region),
    target: seen(row.target_region),
    ...(row.kind === "disaster" ? { lastMarkerInTarget: target?.marker_sequence ?? null } : {}),
    checklist: [...checks]
      .sort((a, b) => (a.item < b.item ? -1 : 1))
      .map(({ item, evidence, ticked_by: by }) => ({
        item,
        evidence,
        by: { issuer: by.issuer, subject: by.subject },
      })),
  };
}

/** The subject as things stand now, from rows. */
export async function currentFields(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  row: About,
): Promise<Record<string, JsonValue>> {
  const [regions, stores, checks] = [
    await regionsOf(tx, tenant),
    await storesOf(tx, tenant),
    await checksOf(tx, tenant, [row.promotion_id]),
  ];
  return promotionFields(row, regions, stores, checks);
}

/** SHA-256 of the subject as things stand now: what was approved is stale when it has another one. */
export async function currentDigest(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  row: About,
  asker: { issuer: string; subject: string },
): Promise<Buffer> {
  return approvalSubject(tenant, asker, await currentFields(tx, tenant, row)).digest;
}
