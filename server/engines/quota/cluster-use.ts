import { quantityNanos } from "../differ/quantity.ts";
import type { ClusterTenancy, RunningPod } from "../isolation/cluster-tenancy.ts";
import { list, namespaceOf, record } from "../kubernetes/manifest-fields.ts";
import type { Manifest } from "../kubernetes/read-manifests.ts";

/** Resources that are shown of everybody, as a ResourceQuota names them. */
export const SHOWN_RESOURCES = [
  "requests.cpu",
  "requests.memory",
  "limits.cpu",
  "limits.memory",
  "pods",
] as const;

const NANOS_PER_MILLI = 10n ** 6n;
/** As much as a column holds; a cluster that has more is shown with this much. */
const MOST = 2n ** 63n - 1n;

/** Amounts are thousandths of the resource's unit; null: nobody says. */
export interface ResourceUse {
  tenant: string;
  environment: string;
  resource: string;
  hard: bigint | null;
  used: bigint | null;
  /** What the running pods ask for, or for `limits.*` may take at most. */
  requested: bigint | null;
  limited: bigint | null;
  allocatable: bigint | null;
  /** Pods that name no limit for it. */
  unlimited: number;
}

/** What one pod asks for and may take, by `cpu` and `memory`. */
export interface PodNeeds {
  pod: RunningPod;
  requests: Readonly<Record<Measured, bigint>>;
  limits: Readonly<Record<Measured, bigint | null>>;
}
export const MEASURED = ["cpu", "memory"] as const;
export type Measured = (typeof MEASURED)[number];

/** An amount in thousandths of its unit; undefined when it is no quantity. */
export function millis(value: unknown): bigint | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const nanos = quantityNanos(value);
  if (nanos === undefined) return undefined;
  const amount = nanos / NANOS_PER_MILLI + (nanos % NANOS_PER_MILLI > 0n ? 1n : 0n);
  return amount > MOST ? MOST : amount;
}

/** `cpu` in a quota is short for `requests.cpu` (Kubernetes, Resource Quotas). */
export function resourceName(name: string): string {
  return name === "cpu" || name === "memory" ? `requests.${name}` : name;
}

/** What each running pod needs: the containers together, or the largest init container if that is more. */
export function podNeeds(tenancy: ClusterTenancy): PodNeeds[] {
  const specs = new Map<string, Record<string, unknown>>();
  for (const manifest of tenancy.evidence.manifests) {
    if (manifest.kind !== "Pod" || manifest.apiVersion !== "v1") continue;
    specs.set(`${namespaceOf(manifest)}/${manifest.metadata.name}`, record(manifest.spec));
  }
  return tenancy.pods.map((pod) => {
    const spec = specs.get(`${pod.namespace}/${pod.name}`) ?? {};
    const containers = list(spec.containers).map(resourcesOf);
    const starting = list(spec.initContainers).map(resourcesOf);
    const requests = (what: Measured) => {
      const running = sum(containers.map((each) => each.requests[what] ?? each.limits[what] ?? 0n));
      let most = running;
      for (const each of starting) {
        const own = each.requests[what] ?? each.limits[what] ?? 0n;
        if (own > most) most = own;
      }
      return most;
    };
    const limits = (what: Measured) => {
      const named = containers.map((each) => each.limits[what]);
      return named.length > 0 && named.every((each) => each !== undefined)
        ? sum(named.map((each) => each ?? 0n))
        : null;
    };
    return {
      pod,
      requests: { cpu: requests("cpu"), memory: requests("memory") },
      limits: { cpu: limits("cpu"), memory: limits("memory") },
    };
  });
}

/** Whose pod it is: by its namespace, else by its own label where the namespace is shared. */
export function ownerOfPod(
  tenancy: ClusterTenancy,
  pod: RunningPod,
): { tenant: string; environment: string } | null {
  const owner = tenancy.owners.get(pod.namespace);
  if (!owner?.tenant || !owner.environment) return null;
  return { tenant: owner.tenant, environment: owner.environment };
}

/** Each tenant's quotas and use of one cluster. Sorted by tenant, environment and resource. */
export function clusterUse(
  tenancy: ClusterTenancy,
  needs: readonly PodNeeds[] = podNeeds(tenancy),
): ResourceUse[] {
  const places = new Map<string, { tenant: string; environment: string; namespaces: string[] }>();
  for (const [namespace, { tenant, environment }] of tenancy.owners) {
    if (!tenant || !environment) continue;
    const key = `${tenant}/${environment}`;
    const place = places.get(key) ?? { tenant, environment, namespaces: [] };
    place.namespaces.push(namespace);
    places.set(key, place);
  }
  const quotas = quotasByNamespace(tenancy.evidence.manifests);
  const capacity = allocatableOf(tenancy.evidence.manifests);
  const sorted = [...places].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.flatMap(([, { tenant, environment, namespaces }]) => {
    const own = needs.filter(({ pod }) => namespaces.includes(pod.namespace));
    const named = namespaces.flatMap((each) => Object.keys(quotas.get(each)?.hard ?? {}));
    const resources = [...new Set([...SHOWN_RESOURCES, ...named])].sort();
    return resources.map((resource): ResourceUse => {
      const [kind, what] = resource.split(".") as [string, Measured];
      const isMeasured = (kind === "requests" || kind === "limits") && MEASURED.includes(what);
      const unlimited = isMeasured ? own.filter(({ limits }) => limits[what] === null).length : 0;
      const asked = isMeasured
        ? sum(
            own.map(({ requests, limits }) =>
              kind === "limits" ? (limits[what] ?? 0n) : requests[what],
            ),
          )
        : resource === "pods"
          ? BigInt(own.length) * 1_000n
          : null;
      return {
        tenant,
        environment,
        resource,
        hard: total(namespaces, quotas, "hard", resource),
        used: total(namespaces, quotas, "used", resource),
        requested: asked,
        limited:
          isMeasured && unlimited === 0 ? sum(own.map(({ limits }) => limits[what] ?? 0n)) : null,
        allocatable: capacity.get(isMeasured ? what : resource) ?? null,
        unlimited,
      };
    });
  });
}

interface Quota {
  hard: Record<string, bigint>;
  used: Record<string, bigint>;
}

/** Of several quotas of a namespace all hold: the smallest counts. One with scopes limits some pods only. */
function quotasByNamespace(manifests: readonly Manifest[]): Map<string, Quota> {
  const quotas = new Map<string, Quota>();
  for (const manifest of manifests) {
    if (manifest.kind !== "ResourceQuota" || manifest.apiVersion !== "v1") continue;
    const spec = record(manifest.spec);
    if (spec.scopes !== undefined || spec.scopeSelector !== undefined) continue;
    const namespace = namespaceOf(manifest);
    const quota = quotas.get(namespace) ?? { hard: {}, used: {} };
    const used = record(record(manifest.status).used);
    for (const [name, value] of Object.entries(record(spec.hard))) {
      const amount = millis(value);
      if (amount === undefined) continue;
      const resource = resourceName(name);
      const before = quota.hard[resource];
      if (before !== undefined && before <= amount) continue;
      quota.hard[resource] = amount;
      const now = millis(used[name]);
      if (now !== undefined) quota.used[resource] = now;
    }
    quotas.set(namespace, quota);
  }
  return quotas;
}

/** Null as soon as one namespace does not say: half a sum is no sum. */
function total(
  namespaces: readonly string[],
  quotas: ReadonlyMap<string, Quota>,
  which: keyof Quota,
  resource: string,
): bigint | null {
  const amounts = namespaces.map((each) => quotas.get(each)?.[which][resource]);
  if (amounts.length === 0 || amounts.some((each) => each === undefined)) return null;
  return sum(amounts.map((each) => each ?? 0n));
}

/** What the cluster's nodes give together; absent where a node does not say. */
export function allocatableOf(
  manifests: readonly Manifest[],
  names?: ReadonlySet<string>,
): Map<string, bigint> {
  const nodes = manifests.filter(
    ({ kind, apiVersion, metadata }) =>
      kind === "Node" && apiVersion === "v1" && (!names || names.has(metadata.name)),
  );
  const given = nodes.map((node) => {
    const status = record(node.status);
    // A node always gives less than it has; one that says only that is taken by its word.
    return { ...record(status.capacity), ...record(status.allocatable) };
  });
  const totals = new Map<string, bigint>();
  for (const resource of [...MEASURED, "pods"]) {
    const amounts = given.map((each) => millis(each[resource]));
    if (amounts.length === 0 || amounts.some((each) => each === undefined)) continue;
    totals.set(resource, sum(amounts.map((each) => each ?? 0n)));
  }
  return totals;
}

function resourcesOf(container: unknown) {
  const { requests, limits } = record(record(container).resources);
  const of = (from: unknown) => {
    const given = record(from);
    return { cpu: millis(given.cpu), memory: millis(given.memory) };
  };
  return { requests: of(requests), limits: of(limits) };
}

function sum(amounts: readonly bigint[]): bigint {
  const all = amounts.reduce((left, right) => left + right, 0n);
  return all > MOST ? MOST : all;
}
