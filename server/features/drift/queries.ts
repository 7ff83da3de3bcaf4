import "server-only";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import {
  FINDING_COLUMNS,
  FINDING_FROM,
  type FindingRow,
  filterSql,
  readCursor,
  toFindingView,
  UUID,
} from "./finding-sql.ts";
import { unhide } from "./hidden-names.ts";
import type { KnownSource } from "./schema.ts";
import type { ChangeView, FindingDetail, FindingPage, FindingsInput } from "./views.ts";

/** The tenant's findings, the worst first and among those the oldest. */
export async function listFindings(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { cursor, limit, ...filter }: FindingsInput,
  known: readonly string[],
): Promise<z.input<typeof FindingPage>> {
  const values: unknown[] = [tenant];
  const add = (value: unknown) => `$${values.push(value)}`;
  const conditions = ["f.tenant_id = $1", ...filterSql(filter, add)];
  if (cursor) {
    const [weight, id] = readCursor(cursor, [/^[1-4]$/, UUID]);
    conditions.push(`(f.weight, f.finding_id) > (${add(Number(weight))}::int, ${add(id)}::uuid)`);
  }
  const rows = await tx.query<FindingRow>(
    `SELECT ${FINDING_COLUMNS} FROM ${FINDING_FROM} WHERE ${conditions.join(" AND ")}
     ORDER BY f.weight, f.finding_id LIMIT ${add(limit + 1)}`,
    values,
  );
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return {
    asOf: await tx.startedAt(),
    items: unhide(items.map(toFindingView), known),
    nextCursor: last ? `${last.weight}:${last.finding_id}` : null,
  };
}

const MOST_HISTORY = 200;

type DetailRow = FindingRow &
  Pick<
    z.input<typeof FindingDetail>,
    | "suppressReason"
    | "suppressedByName"
    | "acknowledgedByName"
    | "acknowledgedAt"
    | "eventId"
    | "asOf"
  >;

/** One finding with its differences and everything that became of it. Throws `not_found`. */
export async function findingDetail(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  findingId: string,
  known: readonly string[],
): Promise<z.input<typeof FindingDetail>> {
  const [row] = await tx.query<DetailRow>(
    `SELECT ${FINDING_COLUMNS}, f.event_id AS "eventId",
       CASE WHEN f.suppressed_until > now() THEN f.suppress_reason END AS "suppressReason",
       CASE WHEN f.suppressed_until > now() THEN f.suppressed_by_name END AS "suppressedByName",
       f.acknowledged_by_name AS "acknowledgedByName", f.acknowledged_at AS "acknowledgedAt"
     FROM ${FINDING_FROM} WHERE f.tenant_id = $1 AND f.finding_id = $2`,
    [tenant, findingId],
  );
  if (!row) throw notFound("drift finding");
  const history = await tx.query<z.input<typeof ChangeView> & Record<string, unknown>>(
    `SELECT change_id AS "changeId", kind, state_before AS "stateBefore", state, severity, differences, note,
       by_name AS "byName", until, event_id AS "eventId", at
     FROM drift_change WHERE tenant_id = $1 AND finding_id = $2 ORDER BY change_id DESC LIMIT $3`,
    [tenant, findingId, MOST_HISTORY],
  );
  const { suppressReason, suppressedByName, acknowledgedByName, acknowledgedAt, eventId } = row;
  const view = {
    ...toFindingView(row),
    differences: row.differences,
    history,
  };
  return {
    ...unhide(view, known),
    asOf: await tx.startedAt(),
    suppressReason,
    suppressedByName,
    acknowledgedByName,
    acknowledgedAt,
    eventId,
    sources: await sourcesOf(tx, tenant, row.cluster),
  };
}

/** What the tenant's findings were made from, as of the last look; of one cluster, or of all. */
export async function sourcesOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  cluster?: string,
): Promise<KnownSource[]> {
  const [look] = await tx.query<{ sources: z.input<typeof KnownSource>[] }>(
    "SELECT sources FROM drift_look WHERE tenant_id = $1",
    [tenant],
  );
  const all = (look?.sources ?? []).map((each) => knownSource(each));
  return cluster === undefined ? all : all.filter((each) => each.cluster === cluster);
}

/** Times come out of JSON as text. */
export function knownSource(source: z.input<typeof KnownSource>): KnownSource {
  const time = (value: unknown) => (value ? new Date(value as string) : null);
  return {
    ...source,
    takenAt: time(source.takenAt),
    awaySince: time(source.awaySince),
  } as KnownSource;
}
