import "server-only";
import type { Condition } from "#server/engines/query-language/condition.ts";
import { firstLeafOf } from "#server/engines/search-index/segment-layout.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { search } from "../search/search-events.ts";
import { segmentsInForce } from "../search/segment-rows.ts";

/** Leaves that no segment covers are all handed out, so many at a time: whoever reads them judges them. */
const UNINDEXED_AT_ONCE = 2_048;

export interface CandidateLeaves {
  /** Rising. */
  leaves: number[];
  /** Where to go on; everything before it was looked at. */
  next: number;
}

/**
 * The leaves from `from` up to the end of its segment (at most `to`) that may fit: by the index where it
 * reaches, else all. Merging segments between two calls changes nothing: the place is a leaf, not a segment.
 */
export async function candidateLeaves(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  condition: Condition,
  { from, to }: { from: number; to: number },
): Promise<CandidateLeaves> {
  const segments = await segmentsInForce(tx, tenant);
  const segment = segments.find((each) => {
    const first = firstLeafOf(each);
    return first <= from && from < first + each.width;
  });
  if (!segment) {
    const next = Math.min(to, from + UNINDEXED_AT_ONCE, nearestAfter(segments, from));
    return { leaves: Array.from({ length: next - from }, (_, at) => from + at), next };
  }
  const first = firstLeafOf(segment);
  const next = Math.min(to, first + segment.width);
  const leaves: number[] = [];
  for await (const [, matches] of search(tx, tenant, condition, [segment])) {
    for (const at of matches.positions(from - first)) {
      if (first + at >= next) break;
      leaves.push(first + at);
    }
  }
  return { leaves, next };
}

function nearestAfter(segments: readonly Parameters<typeof firstLeafOf>[0][], from: number) {
  return segments.reduce((nearest, each) => {
    const first = firstLeafOf(each);
    return first > from ? Math.min(nearest, first) : nearest;
  }, Number.POSITIVE_INFINITY);
}
