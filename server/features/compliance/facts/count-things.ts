import "server-only";
import type { EvidenceKind, EvidenceRef } from "#server/engines/compliance/check.ts";
import type { Counted } from "#server/engines/compliance/facts.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

const MOST_BAD = 10;
const MOST_GOOD = 3;

interface CountRow {
  [column: string]: unknown;
  total: number;
  bad: number;
  bad_refs: { id: string; at: string | null }[];
  good_refs: { id: string; at: string | null }[];
}

/**
 * Counts things and how many are bad, and names a few of each. `things` is SQL that gives `id` (text),
 * `at` (timestamptz) and `is_bad`, its tenant `$1`.
 */
export async function countThings(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  kind: EvidenceKind,
  things: string,
): Promise<Counted> {
  const [row] = await tx.query<CountRow>(
    `WITH x AS MATERIALIZED (${things})
     SELECT (SELECT count(*)::int FROM x) AS total, (SELECT count(*)::int FROM x WHERE is_bad) AS bad,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'at', at)), '[]')
        FROM (SELECT id, at FROM x WHERE is_bad ORDER BY at, id LIMIT ${MOST_BAD}) few) AS bad_refs,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'at', at)), '[]')
        FROM (SELECT id, at FROM x WHERE NOT is_bad ORDER BY at DESC NULLS LAST, id LIMIT ${MOST_GOOD}) few) AS good_refs`,
    [tenant],
  );
  if (!row) throw new Error("a count without a row");
  return {
    total: row.total,
    bad: row.bad,
    badRefs: row.bad_refs.map((each) => evidenceOf(kind, each)),
    goodRefs: row.good_refs.map((each) => evidenceOf(kind, each)),
  };
}

/** A row as evidence, its time in ISO 8601. */
export function evidenceOf(
  kind: EvidenceKind,
  { id, at }: { id: string; at: string | Date | null },
): EvidenceRef {
  return { kind, id, at: at === null ? null : new Date(at).toISOString() };
}
