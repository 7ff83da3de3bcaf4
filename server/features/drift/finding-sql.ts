import "server-only";
import type { z } from "zod";
import { SEVERITIES } from "#server/engines/drift/finding.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { Difference } from "./schema.ts";
import type { FindingFilter, FindingView } from "./views.ts";

/** As shown: suppressed as long as the database's clock says so. */
export const SHOWN_STATE = `CASE WHEN f.state IN ('open', 'acknowledged') AND f.suppressed_until > now()
  THEN 'suppressed' ELSE f.state END`;

/** Rules that need what is desired: without it nobody can tell whether they still hold. */
export const NEEDS_DESIRED = "f.rule NOT IN ('unexpected-image', 'isolation-violated')";

export const FINDING_COLUMNS = `f.finding_id, f.group_id, f.rule, f.severity, f.weight, ${SHOWN_STATE} AS state, f.api_version,
  f.kind, f.namespace, f.name, f.cluster, f.environment, f.managers, f.ours, f.reason, f.params, f.difference_count,
  f.differences, f.first_seen_at, f.resolved_at, f.reopened_count,
  CASE WHEN f.suppressed_until > now() THEN f.suppressed_until END AS suppressed_until,
  CASE WHEN f.state = 'resolved' THEN f.last_seen_at
    ELSE greatest(f.last_seen_at, CASE WHEN ${NEEDS_DESIRED} THEN c.compared_at ELSE c.live_seen_at END) END AS last_seen_at,
  CASE WHEN f.state = 'resolved' THEN NULL
    ELSE least(c.live_away_since, CASE WHEN ${NEEDS_DESIRED} THEN c.compare_away_since END) END AS unknown_since`;
export const FINDING_FROM = `drift_finding f
  LEFT JOIN drift_cluster c ON c.tenant_id = f.tenant_id AND c.cluster = f.cluster`;

export interface FindingRow {
  [column: string]: unknown;
  finding_id: string;
  group_id: string;
  rule: z.input<typeof FindingView>["rule"];
  severity: z.input<typeof FindingView>["severity"];
  weight: number;
  state: z.input<typeof FindingView>["state"];
  api_version: string;
  kind: string;
  namespace: string | null;
  name: string;
  cluster: string;
  environment: z.input<typeof FindingView>["environment"];
  managers: string[];
  ours: z.input<typeof FindingView>["cause"]["ours"];
  reason: z.input<typeof FindingView>["reason"];
  params: Record<string, string>;
  difference_count: number;
  differences: Difference[];
  first_seen_at: Date;
  last_seen_at: Date;
  resolved_at: Date | null;
  reopened_count: number;
  suppressed_until: Date | null;
  unknown_since: Date | null;
}

const MOST_PATHS = 5;

export function toFindingView(row: FindingRow): z.input<typeof FindingView> {
  return {
    findingId: row.finding_id,
    groupId: row.group_id,
    rule: row.rule,
    severity: row.severity,
    state: row.state,
    object: {
      apiVersion: row.api_version,
      kind: row.kind,
      namespace: row.namespace,
      name: row.name,
    },
    cluster: row.cluster,
    environment: row.environment,
    cause: { managers: row.managers, ours: row.ours },
    reason: row.reason,
    params: row.params,
    differenceCount: row.difference_count,
    paths: row.differences.slice(0, MOST_PATHS).map(({ path }) => path),
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
    resolvedAt: row.resolved_at,
    reopenedCount: row.reopened_count,
    suppressedUntil: row.suppressed_until,
    unknownSince: row.unknown_since,
  };
}

/** Conditions on `drift_finding f`; `add` takes a value on and gives its place. */
export function filterSql(filter: FindingFilter, add: (value: unknown) => string): string[] {
  const conditions: string[] = [];
  const oneOf = (column: string, values: readonly string[] | undefined) => {
    if (values?.length) conditions.push(`${column} = ANY (${add(values)}::text[])`);
  };
  if (!filter.states?.length) conditions.push("f.state <> 'resolved'");
  else {
    // The stored state first, for the index; then what the clock makes of it.
    if (!filter.states.includes("resolved")) conditions.push("f.state <> 'resolved'");
    oneOf(`(${SHOWN_STATE})`, filter.states);
  }
  if (filter.severities?.length) {
    const weights = filter.severities.map((each) => SEVERITIES.indexOf(each) + 1);
    conditions.push(`f.weight = ANY (${add(weights)}::int[])`);
  }
  oneOf("f.rule", filter.rules);
  oneOf("f.cluster", filter.clusters);
  oneOf("f.environment", filter.environments);
  if (filter.groupId) conditions.push(`f.group_id = ${add(filter.groupId)}`);
  if (filter.text) {
    // Not leakproof: judged row by row, after the tenant's rows were found.
    conditions.push(`strpos(f.search_text, ${add(filter.text.toLowerCase())}) > 0`);
  }
  return conditions;
}

/** The parts of a cursor, each by its own pattern; throws `invalid` for anything that no page gave. */
export function readCursor(cursor: string, patterns: readonly RegExp[]): string[] {
  const parts = cursor.split(":");
  if (parts.length !== patterns.length || !patterns.every((each, at) => each.test(parts[at] ?? "")))
    throw new AppError("invalid", "cursor: is not one that this list gave", {
      said: { key: "cursor" },
      field: "cursor",
    });
  return parts;
}
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
