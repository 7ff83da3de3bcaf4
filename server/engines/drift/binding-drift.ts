import { quantityNanos } from "#server/engines/differ/quantity.ts";
import type { ClusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import { namespaceOf, record } from "#server/engines/kubernetes/manifest-fields.ts";
import type { ExpectedBoundary } from "./expected-boundary.ts";
import type { DriftFinding } from "./finding.ts";

/** What clusters have of what bindings speak of. */
interface SeenBoundaries {
  namespaces: ReadonlySet<string>;
  /** `hard` of each ResourceQuota that limits a whole namespace, by namespace. */
  quotas: ReadonlyMap<string, readonly Record<string, unknown>[]>;
}

const kept = new WeakMap<ClusterTenancy, SeenBoundaries>();

/**
 * What the console's own record (RuntimeTenantBinding) asks for and no cluster has: a namespace that is
 * not there, a quota that gives less than was agreed. One that gives more violates isolation, and is told
 * there. All clusters must have been seen whole, or a namespace may be in the one that was not.
 */
export function bindingDrift(
  expected: readonly ExpectedBoundary[],
  clusters: readonly ClusterTenancy[],
): DriftFinding[] {
  const seen = clusters.map(boundariesOf);
  return expected.flatMap((boundary) => {
    const there = boundary.namespaces.filter((name) =>
      seen.some((each) => each.namespaces.has(name)),
    );
    const missing = boundary.namespaces.filter((name) => !there.includes(name));
    return [
      ...missing.map((name) => missingNamespace(boundary, name)),
      ...(missing.length === 0 ? lesserQuotas(boundary, seen) : []),
    ];
  });
}

function boundariesOf(tenancy: ClusterTenancy): SeenBoundaries {
  const found = kept.get(tenancy);
  if (found) return found;
  const namespaces = new Set<string>();
  const quotas = new Map<string, Record<string, unknown>[]>();
  for (const manifest of tenancy.evidence.manifests) {
    if (manifest.apiVersion !== "v1") continue;
    if (manifest.kind === "Namespace") namespaces.add(manifest.metadata.name);
    if (manifest.kind !== "ResourceQuota") continue;
    const { hard, scopes, scopeSelector } = record(manifest.spec);
    if (scopes !== undefined || scopeSelector !== undefined) continue;
    const namespace = namespaceOf(manifest);
    quotas.set(namespace, [...(quotas.get(namespace) ?? []), record(hard)]);
  }
  const made = { namespaces, quotas };
  kept.set(tenancy, made);
  return made;
}

function missingNamespace(boundary: ExpectedBoundary, name: string): DriftFinding {
  const object = { apiVersion: "v1", kind: "Namespace", namespace: null, name };
  return { ...findingOf(boundary), rule: "missing", severity: "high", object };
}

function lesserQuotas(boundary: ExpectedBoundary, seen: readonly SeenBoundaries[]): DriftFinding[] {
  const differences = Object.entries(boundary.quota.hard).flatMap(([resource, agreed]) => {
    const given = givenOf(resource, boundary.namespaces, seen);
    const wanted = quantityNanos(agreed);
    // Without any limit a tenant has more than was agreed, not less.
    if (given === null || wanted === undefined || given.nanos >= wanted) return [];
    const path = `/quota/hard/${resource.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    return [{ path, kind: "changed" as const, desired: agreed, live: given.text }];
  });
  if (differences.length === 0) return [];
  const object = {
    apiVersion: "catalyst.openova.io/v1alpha1",
    kind: "RuntimeTenantBinding",
    namespace: null,
    name: boundary.environment,
  };
  return [
    { ...findingOf(boundary), rule: "changed-quota", severity: "medium", object, differences },
  ];
}

/** What the quotas of the namespaces allow together; null when one of them sets no limit. */
function givenOf(
  resource: string,
  namespaces: readonly string[],
  seen: readonly SeenBoundaries[],
): { nanos: bigint; text: string } | null {
  let nanos = 0n;
  const texts: string[] = [];
  for (const namespace of namespaces) {
    const limits = seen
      .flatMap(({ quotas }) => quotas.get(namespace) ?? [])
      .flatMap((hard) => {
        const text = hard[resource];
        const isQuantity = typeof text === "string" || typeof text === "number";
        const amount = isQuantity ? quantityNanos(text) : undefined;
        return amount === undefined ? [] : [{ amount, text: String(text) }];
      });
    const [least] = limits.sort((a, b) => (a.amount < b.amount ? -1 : 1));
    if (!least) return null;
    nanos += least.amount;
    texts.push(least.text);
  }
  return texts.length === 0 ? null : { nanos, text: texts.join(" + ") };
}

function findingOf({ tenant, environment, version }: ExpectedBoundary) {
  return {
    tenant,
    environment,
    causes: [],
    differences: [],
    detail: `version ${version} of the binding`,
    reason: "none" as const,
    params: {},
  };
}
