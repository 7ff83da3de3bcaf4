import "server-only";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { statusSql } from "./binding-view-sql.ts";
import type { SecretClass } from "./rules.ts";
import type { BINDING_STATUSES, BindingStatus } from "./schema.ts";
import type { AgesOutput, SummaryOutput } from "./views.ts";

/** What the dashboard counts, over all credentials: one scan of a narrow index, and the calendar. */
export async function rotationSummary(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<z.input<typeof SummaryOutput>> {
  const groups = await tx.query<Group>(COUNTS, [tenant]);
  const upcoming = await tx.query<{ day: string; count: number }>(UPCOMING, [tenant]);
  const regions = await tx.query<{ region: string }>(REGIONS, [tenant]);
  const classes = [...new Set(groups.map((group) => group.class))].sort();
  const sum = (of: readonly { count: number }[]) =>
    of.reduce((total, { count }) => total + count, 0);
  return {
    asOf: await tx.startedAt(),
    total: sum(groups),
    ...countsOf(groups),
    next7Days: sum(upcoming.slice(0, 7)),
    next30Days: sum(upcoming.slice(0, 30)),
    byClass: classes.map((secretClass) => {
      const own = groups.filter((group) => group.class === secretClass);
      return { class: secretClass, total: sum(own), ...countsOf(own) };
    }),
    regions: regions.map(({ region }) => region),
    upcoming,
  };
}

interface Group {
  [column: string]: unknown;
  class: SecretClass;
  status: BindingStatus;
  count: number;
}

function countsOf(groups: readonly Group[]) {
  const of = (status: BindingStatus) =>
    groups.filter((group) => group.status === status).reduce((n, { count }) => n + count, 0);
  return {
    leaked: of("leaked"),
    orphaned: of("orphaned"),
    failed: of("failed"),
    missing: of("missing"),
    overdue: of("overdue"),
    awaitingApproval: of("awaiting-approval"),
    rotating: of("rotating"),
    inGrace: of("in-grace"),
    dueSoon: of("due-soon"),
    unmanaged: of("unmanaged"),
    healthy: of("healthy"),
    retired: of("retired"),
  } satisfies Record<Camel<(typeof BINDING_STATUSES)[number]>, number>;
}

type Camel<Text extends string> = Text extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Text;

// Grouped by what stands in the row; what that means is judged for a hundred groups, not for every row.
const COUNTS = `
  SELECT b.class, ${statusSql("now()")} AS status, sum(b.count)::int AS count
  FROM (SELECT class, standing, min(limit_key) AS limit_key, min(soon_key) AS soon_key, count(*) AS count
    FROM secret_binding WHERE tenant_id = $1
    GROUP BY class, standing, limit_key <= now(), soon_key <= now()) b
  GROUP BY 1, 2`;

const UPCOMING = `
  WITH today AS (SELECT date_trunc('day', now() AT TIME ZONE 'UTC') AS at), counted AS (
    SELECT greatest(date_trunc('day', b.next_key AT TIME ZONE 'UTC'), today.at) AS day, count(*)::int AS count
    FROM secret_binding b, today
    WHERE b.tenant_id = $1 AND b.standing <> 'retired'
      AND b.next_key < (date_trunc('day', now() AT TIME ZONE 'UTC') + interval '90 days') AT TIME ZONE 'UTC'
    GROUP BY 1)
  SELECT to_char(day, 'YYYY-MM-DD') AS day, coalesce(counted.count, 0) AS count
  FROM today CROSS JOIN generate_series(today.at, today.at + interval '89 days', interval '1 day') AS day
  LEFT JOIN counted USING (day) ORDER BY day`;

/** Goes from one region to the next in the index: as many steps as there are regions. */
const REGIONS = `
  WITH RECURSIVE step AS (
    (SELECT region_key AS region FROM secret_binding WHERE tenant_id = $1 ORDER BY region_key LIMIT 1)
    UNION ALL
    SELECT (SELECT region_key FROM secret_binding WHERE tenant_id = $1 AND region_key > step.region
      ORDER BY region_key LIMIT 1) FROM step WHERE step.region IS NOT NULL)
  SELECT region FROM step WHERE region <> '' LIMIT 200`;

/** Days. */
const AGE_EDGES = [0, 1, 7, 30, 90, 180, 365] as const;

/** How old values are, and how many of each age are over their limit. */
export async function bindingAges(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<z.input<typeof AgesOutput>> {
  const rows = await tx.query<{ bucket: number; is_over: boolean; count: number }>(AGES, [tenant]);
  const count = (bucket: number, isOver: boolean) =>
    rows.find((row) => row.bucket === bucket && row.is_over === isOver)?.count ?? 0;
  return {
    asOf: await tx.startedAt(),
    ages: AGE_EDGES.map((from, bucket) => ({
      from,
      to: AGE_EDGES[bucket + 1] ?? null,
      within: count(bucket, false),
      over: count(bucket, true),
    })),
    unknown: count(-1, false) + count(-1, true),
  };
}

const AGES = `
  SELECT CASE WHEN b.rotated_key = 'infinity' THEN -1
    ${AGE_EDGES.slice(1)
      .map((days, bucket) => `WHEN b.rotated_key > now() - interval '${days} days' THEN ${bucket}`)
      .join(" ")}
    ELSE ${AGE_EDGES.length - 1} END AS bucket, b.limit_key <= now() AS is_over, count(*)::int AS count
  FROM secret_binding b WHERE b.tenant_id = $1 AND b.standing <> 'retired' GROUP BY 1, 2`;
