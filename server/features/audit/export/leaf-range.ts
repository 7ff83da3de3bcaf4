import "server-only";
import type { Condition } from "#server/engines/query-language/condition.ts";
import { firstLeafOf } from "#server/engines/search-index/segment-layout.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { segmentsInForce } from "../search/segment-rows.ts";

export interface LeafBounds {
  from: bigint;
  /** Exclusive. */
  to: bigint;
}

/**
 * Leaves outside of which nothing can fit, by the times and indexes that a query demands of every event: never
 * too narrow, as wide as whole segments of the index. Without such demands all `treeSize` leaves.
 */
export async function leafRangeOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  condition: Condition,
  treeSize: bigint,
): Promise<LeafBounds> {
  let bounds: LeafBounds = { from: 0n, to: treeSize };
  for (const each of demandsOf(condition)) {
    const other =
      each.kind === "index"
        ? { from: each.from ?? 0n, to: each.until ?? treeSize }
        : await leavesOfTimes(tx, tenant, each, treeSize);
    bounds = {
      from: other.from > bounds.from ? other.from : bounds.from,
      to: other.to < bounds.to ? other.to : bounds.to,
    };
  }
  return bounds.from < bounds.to ? bounds : { from: 0n, to: 0n };
}

type Interval = Extract<Condition, { kind: "time" | "index" }>;

function demandsOf(condition: Condition): Interval[] {
  if (condition.kind === "and") return condition.of.flatMap(demandsOf);
  return condition.kind === "time" || condition.kind === "index" ? [condition] : [];
}

/** What no segment covers yet may be of any time. */
async function leavesOfTimes(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { from, until }: Extract<Condition, { kind: "time" }>,
  treeSize: bigint,
): Promise<LeafBounds> {
  const segments = await segmentsInForce(tx, tenant);
  const indexed = segments.map((each) => ({
    first: firstLeafOf(each),
    end: firstLeafOf(each) + each.width,
    fits:
      (from === null || each.maxAt.getTime() >= from) &&
      (until === null || each.minAt.getTime() < until),
  }));
  const indexedTo = Math.max(0, ...indexed.map(({ end }) => end));
  const fitting = indexed.filter(({ fits }) => fits);
  const rest = BigInt(indexedTo) < treeSize;
  return {
    from: BigInt(Math.min(indexedTo, ...fitting.map(({ first }) => first))),
    to: rest ? treeSize : BigInt(Math.max(0, ...fitting.map(({ end }) => end))),
  };
}
