import "server-only";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantSet } from "#server/platform/tenancy/authorized-tenant.ts";
import { peerRef } from "./peer-ref.ts";
import type { ENVIRONMENTS } from "./schema.ts";
import type { EdgeSide, Edges, EdgesInput, Reach, ReachEdge } from "./views.ts";

type Environment = (typeof ENVIRONMENTS)[number];

const UNOWNED = "unowned";
const EDGES_A_PAGE = 20;

/**
 * Each row of the set's tenants in one environment, with who is on the other side: a tenant of the set, `unowned`, or
 * null for one that the reader may not know. $1 tenants, $2 environment, $3 and $4 their references and names.
 */
const ROWS = `SELECT e.edge_id,
    CASE e.direction WHEN 'out' THEN e.tenant_id ELSE w.who END AS "from",
    CASE e.direction WHEN 'out' THEN w.who ELSE e.tenant_id END AS "to"
  FROM isolation_edge e
  LEFT JOIN unnest($3::bytea[], $4::text[]) AS k (ref, name) ON k.ref = e.peer
  CROSS JOIN LATERAL (SELECT CASE WHEN e.peer IS NULL THEN '${UNOWNED}' ELSE k.name END AS who) w
  WHERE e.tenant_id = ANY ($1) AND e.environment = $2`;

function rowParams(tenants: AuthorizedTenantSet, environment: Environment): unknown[] {
  const refs = tenants.map((tenant) => Buffer.from(peerRef(tenant), "hex"));
  return [tenants, environment, refs, tenants];
}

/**
 * Who can reach whom, over the tenants of the set, counted by the database. Both sides of an edge have the
 * same id and count once; a side outside the set stays "another tenant" (null).
 */
export async function reach(
  tx: TenantTx,
  tenants: AuthorizedTenantSet,
  environment: Environment,
): Promise<z.input<typeof Reach>> {
  const names = await tx.query<{ tenant: string }>(
    "SELECT tenant_id AS tenant FROM tenant WHERE tenant_id = ANY ($1) AND kind <> 'sovereign' ORDER BY tenant_id",
    [tenants],
  );
  const pairs = await tx.query<{ from: string | null; to: string | null; count: number }>(
    `SELECT "from", "to", count(DISTINCT edge_id)::int AS count FROM (${ROWS}) r
     GROUP BY 1, 2 ORDER BY "from" NULLS LAST, "to" NULLS LAST`,
    rowParams(tenants, environment),
  );
  const unknown = await tx.query<{ tenant: string }>(
    `SELECT t.tenant_id AS tenant FROM tenant t LEFT JOIN isolation_cell c
       ON c.tenant_id = t.tenant_id AND c.environment = $2 AND c.layer = 'network'
     WHERE t.tenant_id = ANY ($1) AND t.kind <> 'sovereign' AND c.state IS DISTINCT FROM 'verified'
       AND c.state IS DISTINCT FROM 'violated' ORDER BY 1`,
    [tenants, environment],
  );
  const leftOff = await tx.query<{ tenant: string; count: number }>(
    `SELECT tenant_id AS tenant, edges_left_off AS count FROM isolation_look
     WHERE tenant_id = ANY ($1) AND edges_left_off > 0 ORDER BY 1`,
    [tenants],
  );
  return {
    asOf: await tx.startedAt(),
    environment,
    tenants: names.map(({ tenant }) => tenant),
    pairs,
    unknown: unknown.map(({ tenant }) => tenant),
    leftOff,
  };
}

interface EdgeRow {
  edgeId: string;
  direction: "in" | "out";
  environment: Environment;
  cluster: string;
  workload: string;
  ports: string;
  allowedBy: z.input<typeof EdgeSide>["allowedBy"];
  other: string | null;
  firstSeenAt: Date;
}

/** A page of the connections from one to the other, with both sides where the reader may see both. */
export async function edges(
  tx: TenantTx,
  tenants: AuthorizedTenantSet,
  { environment, from, to, after }: z.output<typeof EdgesInput>,
): Promise<z.input<typeof Edges>> {
  const ids = await tx.query<{ edge_id: Buffer }>(
    `SELECT DISTINCT edge_id FROM (${ROWS}) r
     WHERE "from" IS NOT DISTINCT FROM $5 AND "to" IS NOT DISTINCT FROM $6
       AND ($7::text IS NULL OR edge_id > decode($7, 'hex'))
     ORDER BY edge_id LIMIT $8`,
    [...rowParams(tenants, environment), from, to, after, EDGES_A_PAGE + 1],
  );
  const page = ids.slice(0, EDGES_A_PAGE).map(({ edge_id }) => edge_id);
  const rows = await tx.query<EdgeRow>(
    `SELECT encode(edge_id, 'hex') AS "edgeId", direction, environment, cluster, workload, ports,
       allowed_by AS "allowedBy", other, first_seen_at AS "firstSeenAt"
     FROM isolation_edge WHERE tenant_id = ANY ($1) AND edge_id = ANY ($2)`,
    [tenants, page],
  );
  const sides = Map.groupBy(rows, ({ edgeId }) => edgeId);
  return {
    edges: page.flatMap((id) => edgeOf(sides.get(id.toString("hex")) ?? [])),
    next: ids.length > page.length ? (page.at(-1)?.toString("hex") ?? null) : null,
  };
}

function edgeOf(sides: readonly EdgeRow[]): z.input<typeof ReachEdge>[] {
  const out = sides.find(({ direction }) => direction === "out");
  const into = sides.find(({ direction }) => direction === "in");
  const any = out ?? into;
  if (!any) return [];
  const { edgeId, cluster, ports, firstSeenAt } = any;
  return [{ edgeId, cluster, ports, from: sideOf(out, into), to: sideOf(into, out), firstSeenAt }];
}

/** A side that has a row of its own, or an unowned workload that the other side names. */
function sideOf(
  own: EdgeRow | undefined,
  other: EdgeRow | undefined,
): z.input<typeof EdgeSide> | null {
  if (own) {
    const { workload, environment, allowedBy } = own;
    return { workload, environment, allowedBy };
  }
  if (other?.other) {
    const { environment } = other;
    return { workload: other.other, environment, allowedBy: { kind: "not-isolated", names: [] } };
  }
  return null;
}
