import "server-only";
import type { z } from "zod";
import { SEVERITIES } from "#server/engines/drift/finding.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import {
  FINDING_COLUMNS,
  FINDING_FROM,
  type FindingRow,
  filterSql,
  readCursor,
  SHOWN_STATE,
  toFindingView,
} from "./finding-sql.ts";
import { unhide } from "./hidden-names.ts";
import type { GroupPage, GroupsInput, GroupView } from "./views.ts";

interface GroupRow {
  [column: string]: unknown;
  group_id: string;
  worst: number;
  count: number;
  groups: number;
  findings: number;
}

/**
 * Findings of one cause as one row: the worst first, then the most numerous. The numbers are of what
 * passes the filter.
 */
export async function listGroups(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { cursor, limit, ...filter }: GroupsInput,
  known: readonly string[],
): Promise<z.input<typeof GroupPage>> {
  const values: unknown[] = [tenant];
  const add = (value: unknown) => `$${values.push(value)}`;
  const conditions = ["f.tenant_id = $1", ...filterSql(filter, add)].join(" AND ");
  const filterValues = [...values];
  let after = "true";
  if (cursor) {
    const [worst, count, group] = readCursor(cursor, [/^[1-4]$/, /^\d{1,9}$/, /^[0-9a-f]{32}$/]);
    after = `(g.worst, -g.count, g.group_id) > (${add(Number(worst))}::int, ${add(-Number(count))}::int, ${add(group)}::text)`;
  }
  const rows = await tx.query<GroupRow>(
    `WITH g AS MATERIALIZED (
       SELECT f.group_id, min(f.weight) AS worst, count(*)::int AS count
       FROM drift_finding f WHERE ${conditions} GROUP BY f.group_id)
     SELECT g.*, (SELECT count(*)::int FROM g) AS groups, (SELECT coalesce(sum(count), 0)::int FROM g) AS findings
     FROM g WHERE ${after} ORDER BY g.worst, -g.count, g.group_id LIMIT ${add(limit + 1)}`,
    values,
  );
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  const items = await described(tx, page, conditions, filterValues);
  return {
    asOf: await tx.startedAt(),
    items: unhide(items, known),
    groups: rows[0]?.groups ?? 0,
    findings: rows[0]?.findings ?? 0,
    nextCursor: last ? `${last.worst}:${last.count}:${last.group_id}` : null,
  };
}

interface SpreadRow {
  [column: string]: unknown;
  group_id: string;
  namespaces: number;
  clusters: string[];
  environments: (z.input<typeof GroupView>["environments"][number] | null)[];
  first_seen_at: Date;
  last_seen_at: Date;
  states: Record<string, number>;
}

/** How far each group of a page reaches, and one of its findings. */
async function described(
  tx: TenantTx,
  page: readonly GroupRow[],
  conditions: string,
  filterValues: readonly unknown[],
): Promise<z.input<typeof GroupView>[]> {
  if (page.length === 0) return [];
  const groups = `$${filterValues.length + 1}`;
  const values = [...filterValues, page.map(({ group_id }) => group_id)];
  const spread = await tx.query<SpreadRow>(
    `SELECT x.group_id, count(DISTINCT (x.cluster, coalesce(x.namespace, '')))::int AS namespaces,
       array_agg(DISTINCT x.cluster) AS clusters, array_agg(DISTINCT x.environment) AS environments,
       min(x.first_seen_at) AS first_seen_at, max(x.last_seen_at) AS last_seen_at,
       jsonb_build_object('open', count(*) FILTER (WHERE x.state = 'open'),
         'acknowledged', count(*) FILTER (WHERE x.state = 'acknowledged'),
         'remediating', count(*) FILTER (WHERE x.state = 'remediating'),
         'resolved', count(*) FILTER (WHERE x.state = 'resolved'),
         'suppressed', count(*) FILTER (WHERE x.state = 'suppressed')) AS states
     FROM (SELECT f.group_id, f.cluster, f.namespace, f.environment, f.first_seen_at,
         greatest(f.last_seen_at, CASE WHEN f.state <> 'resolved' THEN c.compared_at END) AS last_seen_at, ${SHOWN_STATE} AS state
       FROM ${FINDING_FROM} WHERE ${conditions} AND f.group_id = ANY (${groups}::text[])) x
     GROUP BY x.group_id`,
    values,
  );
  const examples = await tx.query<FindingRow>(
    `SELECT e.* FROM unnest(${groups}::text[]) AS g (group_id)
     CROSS JOIN LATERAL (SELECT ${FINDING_COLUMNS} FROM ${FINDING_FROM}
       WHERE ${conditions} AND f.group_id = g.group_id ORDER BY f.weight, f.finding_id LIMIT 1) e`,
    values,
  );
  return page.flatMap(({ group_id, worst, count }): z.input<typeof GroupView>[] => {
    const far = spread.find((each) => each.group_id === group_id);
    const row = examples.find((each) => each.group_id === group_id);
    const severity = SEVERITIES[worst - 1];
    if (!far || !row || !severity) return [];
    const example = toFindingView(row);
    return [
      {
        groupId: group_id,
        rule: row.rule,
        severity,
        objectKind: row.kind,
        cause: example.cause,
        reason: row.reason,
        params: row.params,
        paths: example.paths,
        count,
        states: far.states,
        namespaces: far.namespaces,
        clusters: far.clusters.sort(),
        environments: far.environments.filter((each) => each !== null).sort(),
        firstSeenAt: far.first_seen_at,
        lastSeenAt: far.last_seen_at,
        example: {
          findingId: row.finding_id,
          object: example.object,
          cluster: row.cluster,
        },
      },
    ];
  });
}
