import "server-only";
import type { Cells, Counted, Looked, PlaceFacts } from "#server/engines/compliance/facts.ts";
import type { DriftRule } from "#server/engines/drift/finding.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { countThings, evidenceOf } from "./count-things.ts";

/** Suppressed for a time with a reason, it is somebody's; it is nobody's once that is over. */
const OPEN = `tenant_id = $1 AND state <> 'resolved'
  AND (suppressed_until IS NULL OR suppressed_until <= clock_timestamp())`;
const finding = (isBad: string) =>
  `SELECT finding_id::text AS id, first_seen_at AS at, ${isBad} AS is_bad FROM drift_finding WHERE ${OPEN}`;
/** Any open one of these rules is bad. */
const findingOf = (...rules: DriftRule[]) =>
  `${finding("true")} AND rule IN (${rules.map((rule) => `'${rule}'`).join(", ")})`;

const OLD_DRIFT =
  finding(`(severity = 'critical' AND first_seen_at < clock_timestamp() - interval '1 day')
  OR (severity = 'high' AND first_seen_at < clock_timestamp() - interval '7 days')`);

const CROWDED = `SELECT u.environment || '.' || u.cluster || '.' || u.resource AS id, u.observed_at AS at,
    EXISTS (SELECT FROM quota_crowding c WHERE c.tenant_id = u.tenant_id AND c.environment = u.environment
      AND c.cluster = u.cluster AND c.resource = u.resource AND c.side = 'crowded') AS is_bad
  FROM quota_usage u WHERE u.tenant_id = $1`;

interface CellRow {
  [column: string]: unknown;
  environment: string;
  layer: string;
  state: "verified" | "violated" | "unknown";
  observed_at: Date;
}

/** What the last looks at clusters, desired sources and the console's own database showed. */
export async function placeFacts(tx: TenantTx, tenant: AuthorizedTenantId): Promise<PlaceFacts> {
  const [oldDrift, unknownImages, weakened, opened, crowded] = await Promise.all([
    countThings(tx, tenant, "drift-finding", OLD_DRIFT),
    countThings(tx, tenant, "drift-finding", findingOf("unexpected-image")),
    countThings(tx, tenant, "drift-finding", findingOf("weakened-hardening")),
    countThings(tx, tenant, "drift-finding", findingOf("cross-tenant-route", "weaker-policy")),
    countThings(tx, tenant, "quota", CROWDED),
  ]);
  const cells = await tx.query<CellRow>(
    `SELECT environment, layer, state, observed_at FROM isolation_cell
     WHERE tenant_id = $1 ORDER BY environment, layer`,
    [tenant],
  );
  return {
    isolation: cellsOf(cells.filter(({ layer }) => layer !== "residency")),
    residency: cellsOf(cells.filter(({ layer }) => layer === "residency")),
    isolationLook: await isolationLook(tx, tenant),
    driftLook: await driftLook(tx, tenant),
    oldDrift,
    unknownImages,
    weakened,
    opened,
    crowded,
    openTables: await openTables(tx),
  };
}

function cellsOf(cells: readonly CellRow[]): Cells {
  const of = (state: CellRow["state"]) =>
    cells
      .filter((cell) => cell.state === state)
      .map(({ environment, layer, observed_at }) =>
        evidenceOf("isolation-cell", { id: `${environment}.${layer}`, at: observed_at }),
      );
  return {
    total: cells.length,
    violated: of("violated"),
    unknown: of("unknown"),
    verified: of("verified"),
  };
}

async function isolationLook(tx: TenantTx, tenant: AuthorizedTenantId): Promise<Looked> {
  const [look] = await tx.query<{ at: Date | null }>(
    "SELECT finished_at AS at FROM isolation_look WHERE tenant_id = $1",
    [tenant],
  );
  // A source that is away makes its cells unknown: nothing is to be added.
  return { at: look?.at?.toISOString() ?? null, away: [] };
}

async function driftLook(tx: TenantTx, tenant: AuthorizedTenantId): Promise<Looked> {
  const [look] = await tx.query<{ at: Date | null }>(
    "SELECT finished_at AS at FROM drift_look WHERE tenant_id = $1",
    [tenant],
  );
  const away = await tx.query<{ id: string; at: Date }>(
    `SELECT cluster AS id, least(live_away_since, compare_away_since) AS at FROM drift_cluster
     WHERE tenant_id = $1 AND (live_away_since IS NOT NULL OR compare_away_since IS NOT NULL) ORDER BY cluster`,
    [tenant],
  );
  return {
    at: look?.at?.toISOString() ?? null,
    away: away.map((each) => evidenceOf("drift-cluster", each)),
  };
}

/** The wall of the console's own database, as its catalog has it now (law 3). */
async function openTables(tx: TenantTx): Promise<Counted> {
  const tables = await tx.query<{ table_name: string; is_forced: boolean; policies: number }>(
    "SELECT * FROM app.row_security_facts()",
  );
  const logins = await tx.query<{ login: string }>("SELECT * FROM app.unbound_logins()");
  const open = tables.filter((table) => !table.is_forced || table.policies === 0);
  return {
    total: tables.length,
    bad: open.length + logins.length,
    badRefs: [
      ...open.map(({ table_name: id }) => ({ kind: "table" as const, id, at: null })),
      ...logins.map(({ login: id }) => ({ kind: "login" as const, id, at: null })),
    ].slice(0, 10),
    goodRefs: [],
  };
}
