import type { ClusterTenancy } from "../isolation/cluster-tenancy.ts";
import {
  allocatableOf,
  clusterUse,
  MEASURED,
  type Measured,
  ownerOfPod,
  type PodNeeds,
  podNeeds,
} from "./cluster-use.ts";

/** From this share of what shared nodes can give, one tenant is noisy: thousandths. */
export const NOISY_SHARE = 500;
/** Nodes that name no pool are one. */
export const NO_POOL = "";

/**
 * - `over-quota`: uses more than its ResourceQuota allows by now (it was lowered, or came later).
 * - `no-limits`: runs pods there that name no limit: they take what they find.
 * - `share`: asks for more than its share of what the nodes can give.
 */
export const CAUSES = ["over-quota", "no-limits", "share"] as const;
export type Cause = (typeof CAUSES)[number];

export interface NoisyNeighbour {
  cluster: string;
  pool: string;
  resource: Measured;
  cause: Cause;
  tenant: string;
  environment: string;
  /** Of what the pool's nodes can give, in thousandths; null where they don't say. */
  share: number | null;
  /** Its pods there; for `no-limits` those that name none. */
  pods: number;
  /** Who runs beside it, without it. */
  crowded: readonly { tenant: string; environment: string }[];
}

/** Who crowds whom on nodes that several tenants share; the noisiest first. The same cluster gives the same list. */
export function noisyNeighbours(
  tenancy: ClusterTenancy,
  mostShare = NOISY_SHARE,
): NoisyNeighbour[] {
  const needs = podNeeds(tenancy);
  const use = clusterUse(tenancy, needs);
  const found: NoisyNeighbour[] = [];
  for (const [pool, there] of podsByPool(tenancy, needs)) {
    const groups = byOwner(tenancy, there);
    if (new Set([...groups.values()].map(({ tenant }) => tenant)).size < 2) continue;
    const nodes = new Set(
      [...tenancy.nodes.values()]
        .filter((n) => (n.pool ?? NO_POOL) === pool)
        .map(({ name }) => name),
    );
    const capacity = allocatableOf(tenancy.evidence.manifests, nodes);
    for (const resource of MEASURED) {
      const gives = capacity.get(resource);
      for (const { tenant, environment, pods } of groups.values()) {
        const asked = pods.reduce((sum, each) => sum + each.requests[resource], 0n);
        const share = gives ? Number((asked * 1_000n) / gives) : null;
        const unlimited = pods.filter((each) => each.limits[resource] === null).length;
        const isOver = use.some(
          (each) =>
            each.tenant === tenant &&
            each.environment === environment &&
            each.resource.endsWith(`.${resource}`) &&
            each.hard !== null &&
            each.used !== null &&
            each.used > each.hard,
        );
        const neighbours = [...groups.values()].filter((each) => each.tenant !== tenant);
        const crowded = neighbours.map((each) => ({
          tenant: each.tenant,
          environment: each.environment,
        }));
        const base = {
          cluster: tenancy.evidence.name,
          pool,
          resource,
          tenant,
          environment,
          share,
          crowded,
        };
        if (isOver) found.push({ ...base, cause: "over-quota", pods: pods.length });
        if (unlimited > 0) found.push({ ...base, cause: "no-limits", pods: unlimited });
        if (share !== null && share > mostShare)
          found.push({ ...base, cause: "share", pods: pods.length });
      }
    }
  }
  return found.sort(byNoise);
}

function byNoise(a: NoisyNeighbour, b: NoisyNeighbour): number {
  return (
    CAUSES.indexOf(a.cause) - CAUSES.indexOf(b.cause) ||
    (b.share ?? -1) - (a.share ?? -1) ||
    b.pods - a.pods ||
    textOf(a).localeCompare(textOf(b), "en")
  );
}

function textOf({ tenant, environment, pool, resource }: NoisyNeighbour): string {
  return [tenant, environment, pool, resource].join("/");
}

function podsByPool(tenancy: ClusterTenancy, needs: readonly PodNeeds[]): [string, PodNeeds[]][] {
  const pools = new Map<string, PodNeeds[]>();
  for (const each of needs) {
    if (each.pod.node === null) continue;
    const pool = tenancy.nodes.get(each.pod.node)?.pool ?? NO_POOL;
    pools.set(pool, [...(pools.get(pool) ?? []), each]);
  }
  return [...pools].sort(([a], [b]) => (a < b ? -1 : 1));
}

function byOwner(tenancy: ClusterTenancy, needs: readonly PodNeeds[]) {
  const groups = new Map<string, { tenant: string; environment: string; pods: PodNeeds[] }>();
  for (const each of needs) {
    const owner = ownerOfPod(tenancy, each.pod);
    if (!owner) continue;
    const key = `${owner.tenant}/${owner.environment}`;
    const group = groups.get(key) ?? { ...owner, pods: [] };
    group.pods.push(each);
    groups.set(key, group);
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}
