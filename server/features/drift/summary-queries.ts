import "server-only";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type {
  AuthorizedTenantId,
  AuthorizedTenantSet,
} from "#server/platform/tenancy/authorized-tenant.ts";
import { SHOWN_STATE } from "./finding-sql.ts";
import { knownSource } from "./queries.ts";
import type { KnownSource } from "./schema.ts";
import type { Overview, Summary } from "./views.ts";

const IS_OPEN =
  "f.state <> 'resolved' AND (f.suppressed_until IS NULL OR f.suppressed_until <= now() OR f.state = 'remediating')";
const BY_SEVERITY = `jsonb_build_object(
  'critical', count(*) FILTER (WHERE f.weight = 1 AND ${IS_OPEN}), 'high', count(*) FILTER (WHERE f.weight = 2 AND ${IS_OPEN}),
  'medium', count(*) FILTER (WHERE f.weight = 3 AND ${IS_OPEN}), 'low', count(*) FILTER (WHERE f.weight = 4 AND ${IS_OPEN})) AS open,
  min(f.first_seen_at) FILTER (WHERE f.weight = 1 AND ${IS_OPEN}) AS "oldestCriticalAt"`;

/** The numbers of the strip, and what the list can be filtered by. */
export async function summary(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<z.input<typeof Summary>> {
  const rows = await tx.query<{
    rule: z.input<typeof Summary>["rules"][number]["rule"];
    cluster: string;
    state: string;
    count: number;
  }>(
    `SELECT x.rule, x.cluster, x.state, count(*)::int AS count
     FROM (SELECT f.rule, f.cluster, ${SHOWN_STATE} AS state FROM drift_finding f
       WHERE f.tenant_id = $1 AND f.state <> 'resolved') x GROUP BY x.rule, x.cluster, x.state`,
    [tenant],
  );
  const [sums] = await tx.query<Pick<z.input<typeof Summary>, "open" | "oldestCriticalAt">>(
    `SELECT ${BY_SEVERITY} FROM drift_finding f WHERE f.tenant_id = $1 AND f.state <> 'resolved'`,
    [tenant],
  );
  const [rest] = await tx.query<{ resolved: number; rules: number; objects: number }>(
    `SELECT (SELECT count(*)::int FROM drift_finding f WHERE f.tenant_id = $1 AND f.state = 'resolved'
         AND f.resolved_at > now() - interval '1 day') AS resolved,
       (SELECT count(*)::int FROM drift_ignore_rule WHERE tenant_id = $1 AND retired_at IS NULL AND expires_at > now()
         AND spec -> 'isTrial' IS DISTINCT FROM 'true') AS rules,
       (SELECT count(*)::int FROM drift_ignored i JOIN drift_ignore_rule r ON r.tenant_id = i.tenant_id AND r.rule_id = i.rule_id
         WHERE i.tenant_id = $1 AND r.retired_at IS NULL AND r.expires_at > now()
           AND r.spec -> 'isTrial' IS DISTINCT FROM 'true') AS objects`,
    [tenant],
  );
  const [look] = await tx.query<{
    finished_at: Date | null;
    sources: z.input<typeof KnownSource>[];
  }>("SELECT finished_at, sources FROM drift_look WHERE tenant_id = $1", [tenant]);
  const counted = <Key extends "rule" | "state">(key: Key) => {
    const sum = new Map<string, number>();
    for (const row of rows) sum.set(row[key], (sum.get(row[key]) ?? 0) + row.count);
    return sum;
  };
  return {
    asOf: await tx.startedAt(),
    open: sums?.open ?? { critical: 0, high: 0, medium: 0, low: 0 },
    oldestCriticalAt: sums?.oldestCriticalAt ?? null,
    byState: Object.fromEntries(counted("state")),
    resolvedLastDay: rest?.resolved ?? 0,
    rules: [...counted("rule")].map(([rule, count]) => ({
      rule: rule as (typeof rows)[number]["rule"],
      count,
    })),
    clusters: [...new Set(rows.map(({ cluster }) => cluster))].sort(),
    lookedAt: look?.finished_at ?? null,
    sources: (look?.sources ?? []).map(knownSource),
    ignored: { rules: rest?.rules ?? 0, objects: rest?.objects ?? 0 },
  };
}

interface OverviewRow {
  [column: string]: unknown;
  tenant: string;
  open: z.input<typeof Overview>["rows"][number]["open"];
  oldestCriticalAt: Date | null;
  suppressed: number;
  environments: (z.input<typeof Overview>["rows"][number]["environments"][number] | null)[];
}

/** Every tenant of the set with its numbers. */
export async function overview(
  tx: TenantTx,
  tenants: AuthorizedTenantSet,
): Promise<z.input<typeof Overview>> {
  const names = await tx.query<{ tenant: string; displayName: string; kind: string }>(
    `SELECT tenant_id AS tenant, display_name AS "displayName", kind FROM tenant
     WHERE tenant_id = ANY ($1) ORDER BY kind DESC, tenant_id`,
    [tenants],
  );
  const counts = await tx.query<OverviewRow>(
    `SELECT f.tenant_id AS tenant, ${BY_SEVERITY},
       count(*) FILTER (WHERE f.state IN ('open', 'acknowledged') AND f.suppressed_until > now())::int AS suppressed,
       array_agg(DISTINCT f.environment) AS environments
     FROM drift_finding f WHERE f.tenant_id = ANY ($1) AND f.state <> 'resolved' GROUP BY f.tenant_id`,
    [tenants],
  );
  const looks = await tx.query<{
    tenant: string;
    finished_at: Date | null;
    sources: z.input<typeof KnownSource>[];
  }>(
    "SELECT tenant_id AS tenant, finished_at, sources FROM drift_look WHERE tenant_id = ANY ($1)",
    [tenants],
  );
  return {
    asOf: await tx.startedAt(),
    rows: names.map(({ tenant, displayName, kind }) => {
      const count = counts.find((each) => each.tenant === tenant);
      const look = looks.find((each) => each.tenant === tenant);
      return {
        tenant,
        displayName,
        isSovereign: kind === "sovereign",
        open: count?.open ?? { critical: 0, high: 0, medium: 0, low: 0 },
        suppressed: count?.suppressed ?? 0,
        environments: (count?.environments ?? []).filter((each) => each !== null).sort(),
        oldestCriticalAt: count?.oldestCriticalAt ?? null,
        lookedAt: look?.finished_at ?? null,
        away: (look?.sources ?? []).filter(({ reason }) => reason !== null).map(({ name }) => name),
      };
    }),
  };
}
