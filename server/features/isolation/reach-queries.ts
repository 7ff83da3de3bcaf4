import "server-only";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantSet } from "#server/platform/tenancy/authorized-tenant.ts";
import { peerRef } from "./peer-ref.ts";
import type { ENVIRONMENTS } from "./schema.ts";
import type { EdgeSide, Reach, ReachPair } from "./views.ts";

type Environment = (typeof ENVIRONMENTS)[number];

interface EdgeRow {
  tenant: string;
  edgeId: string;
  direction: "in" | "out";
  environment: Environment;
  cluster: string;
  workload: string;
  ports: string;
  allowedBy: z.input<typeof EdgeSide>["allowedBy"];
  peer: string | null;
  other: string | null;
  firstSeenAt: Date;
}

const MOST_ROWS = 20_000;
const EDGES_SHOWN = 20;
const UNOWNED = "unowned";

/**
 * Who can reach whom, over the tenants of the set. Both sides of an edge are joined by its id; a side
 * outside the set stays "another tenant" (null), without its workload.
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
  const rows = await tx.query<EdgeRow>(
    `SELECT tenant_id AS tenant, encode(edge_id, 'hex') AS "edgeId", direction, environment, cluster, workload, ports,
       allowed_by AS "allowedBy", encode(peer, 'hex') AS peer, other, first_seen_at AS "firstSeenAt"
     FROM isolation_edge WHERE tenant_id = ANY ($1)
       AND (environment = $2 OR edge_id IN (SELECT edge_id FROM isolation_edge WHERE tenant_id = ANY ($1) AND environment = $2))
     ORDER BY edge_id, direction LIMIT $3`,
    [tenants, environment, MOST_ROWS],
  );
  const unknown = await tx.query<{ tenant: string }>(
    `SELECT t.tenant_id AS tenant FROM tenant t LEFT JOIN isolation_cell c
       ON c.tenant_id = t.tenant_id AND c.environment = $2 AND c.layer = 'network'
     WHERE t.tenant_id = ANY ($1) AND t.kind <> 'sovereign' AND c.state IS DISTINCT FROM 'verified'
       AND c.state IS DISTINCT FROM 'violated' ORDER BY 1`,
    [tenants, environment],
  );
  const known = new Map(tenants.map((tenant) => [peerRef(tenant), tenant as string]));
  return {
    asOf: await tx.startedAt(),
    environment,
    tenants: names.map(({ tenant }) => tenant),
    pairs: pairsOf(rows, known),
    unknown: unknown.map(({ tenant }) => tenant),
  };
}

function pairsOf(rows: readonly EdgeRow[], known: ReadonlyMap<string, string>): ReachPair[] {
  const byEdge = new Map<string, EdgeRow[]>();
  for (const row of rows) byEdge.set(row.edgeId, [...(byEdge.get(row.edgeId) ?? []), row]);
  const pairs = new Map<string, ReachPair>();
  for (const [edgeId, sides] of byEdge) {
    const out = sides.find(({ direction }) => direction === "out");
    const into = sides.find(({ direction }) => direction === "in");
    const any = out ?? into;
    if (!any) continue;
    const from = out ? out.tenant : otherOf(into, known);
    const to = into ? into.tenant : otherOf(out, known);
    const key = JSON.stringify([from, to]);
    const pair = pairs.get(key) ?? { from, to, count: 0, edges: [] };
    pair.count += 1;
    if (pair.edges.length < EDGES_SHOWN) {
      pair.edges.push({
        edgeId,
        cluster: any.cluster,
        ports: any.ports,
        from: sideOf(out, into),
        to: sideOf(into, out),
        firstSeenAt: any.firstSeenAt,
      });
    }
    pairs.set(key, pair);
  }
  return [...pairs.values()].sort((a, b) =>
    JSON.stringify([a.from, a.to]) < JSON.stringify([b.from, b.to]) ? -1 : 1,
  );
}

function otherOf(row: EdgeRow | undefined, known: ReadonlyMap<string, string>): string | null {
  if (!row) return null;
  if (row.peer === null) return UNOWNED;
  return known.get(row.peer) ?? null;
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
