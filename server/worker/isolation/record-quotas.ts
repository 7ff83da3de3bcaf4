import "server-only";
import type { ClusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import {
  clusterUse,
  millis,
  type ResourceUse,
  resourceName,
} from "#server/engines/quota/cluster-use.ts";
import { type NoisyNeighbour, noisyNeighbours } from "#server/engines/quota/noisy-neighbours.ts";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { edgeRef, peerRef } from "#server/features/isolation/index.ts";
import { ENVIRONMENTS } from "#server/features/isolation/schema.ts";
import type { ObservedCrowding, ObservedUse } from "#server/features/quotas/schema.ts";
import { recordQuotas } from "#server/features/quotas/verbs/record-quotas.ts";
import type { Caller } from "#server/platform/actor.ts";
import { runVerb } from "#server/platform/verb.ts";

/** A crowding that lasts so long is no passing rollout. */
const TELL_AFTER_SECONDS = 600;
const SAMPLE_EVERY_SECONDS = 300;

type Declared = readonly {
  environment: string;
  declaration: { quota: { hard: Readonly<Record<string, string>> } };
}[];

interface Computed {
  use: readonly ResourceUse[];
  noisy: readonly NoisyNeighbour[];
}
/** Of one reading, for all tenants once. */
const computed = new WeakMap<ClusterTenancy, Computed>();

/** Records a tenant's quotas, its use, and its own side of who crowds whom; tells what lasts. */
export async function recordTenantQuotas(
  caller: Caller,
  tenancies: readonly ClusterTenancy[],
  declared: Declared,
): Promise<void> {
  const { tenant } = caller;
  const uses: ObservedUse[] = [];
  const crowdings: ObservedCrowding[] = [];
  for (const tenancy of tenancies) {
    const { use, noisy } = computedOf(tenancy);
    const cluster = tenancy.evidence.name;
    const own = use.filter((each) => each.tenant === tenant);
    uses.push(...own.flatMap((each) => observedUse(each, cluster, declared)));
    crowdings.push(...noisy.flatMap((each) => ownSides(each, tenant)));
  }
  const { sustained } = await runVerb(recordQuotas, caller, {
    clusters: tenancies.map(({ evidence }) => evidence.name),
    uses,
    crowdings,
    tellAfterSeconds: TELL_AFTER_SECONDS,
    sampleEverySeconds: SAMPLE_EVERY_SECONDS,
  });
  for (const { environment, side, pool, resource, cause } of sustained) {
    await runVerb(raiseAlert, caller, {
      kind: side === "crowds" ? "noisy-neighbour" : "crowded-by-neighbour",
      severity: "warning",
      subjectRef: `quota/${environment}.${resource}`,
      detail: pool ? `${cause}, ${pool}` : cause,
    });
  }
}

function computedOf(tenancy: ClusterTenancy): Computed {
  let found = computed.get(tenancy);
  if (!found) {
    found = { use: clusterUse(tenancy), noisy: noisyNeighbours(tenancy) };
    computed.set(tenancy, found);
  }
  return found;
}

function observedUse(
  { tenant: _, environment: named, ...use }: ResourceUse,
  cluster: string,
  declared: Declared,
): ObservedUse[] {
  const environment = ENVIRONMENTS.find((each) => each === named);
  if (!environment) return [];
  const { hard = {} } =
    declared.find((each) => each.environment === environment)?.declaration.quota ?? {};
  const limit = Object.entries(hard).find(([name]) => resourceName(name) === use.resource)?.[1];
  return [{ ...use, environment, cluster, declared: millis(limit) ?? null }];
}

/** What stands in this tenant's rows: that it crowds, and in whichever environments it is crowded. */
function ownSides(noisy: NoisyNeighbour, tenant: string): ObservedCrowding[] {
  const { cluster, pool, resource, cause, share, pods } = noisy;
  const place = `${noisy.tenant}/${noisy.environment}`;
  const common = {
    crowdingId: edgeRef(cluster, place, `${pool}/${resource}/${cause}`),
    cluster,
    pool,
    resource,
    cause,
    pods,
  };
  const environmentOf = (named: string) => ENVIRONMENTS.filter((each) => each === named);
  if (noisy.tenant === tenant) {
    return environmentOf(noisy.environment).map((environment) => ({
      ...common,
      environment,
      side: "crowds",
      share,
      peer: null,
    }));
  }
  const beside = new Set(
    noisy.crowded.filter((each) => each.tenant === tenant).map((each) => each.environment),
  );
  return [...beside].flatMap(environmentOf).map((environment) => ({
    ...common,
    environment,
    side: "crowded",
    share,
    peer: peerRef(noisy.tenant),
  }));
}
