import { quantityNanos } from "#server/engines/differ/quantity.ts";
import { namespaceOf, record } from "#server/engines/kubernetes/manifest-fields.ts";
import type { ClusterTenancy } from "./cluster-tenancy.ts";
import type { Declaration } from "./declaration.ts";
import { type Fact, type FactCode, stateOf, type Verdict } from "./fact.ts";

/** From this share of a limit on, a tenant is about to feel its neighbours, or they it: percent. */
const NEARLY_USED_PERCENT = 90n;

interface Quota {
  object: string;
  hard: Record<string, unknown>;
  used: Record<string, unknown>;
}

/**
 * Quota: each of the tenant's namespaces has a ResourceQuota, and together they allow no more than
 * what is declared. A silo has its environment's whole capacity: its nodes must be its own, which
 * the compute facts show.
 */
export function judgeQuota(
  tenancy: ClusterTenancy,
  tenant: string,
  environment: string,
  declared: Declaration["quota"],
  computeFacts: readonly Fact[],
): Fact[] {
  const facts: Fact[] = [];
  const add = (
    code: FactCode,
    verdict: Verdict,
    params: Record<string, string> = {},
    objects: readonly string[] = [],
  ) => {
    const source = { kind: "cluster", name: tenancy.evidence.name } as const;
    facts.push({ layer: "quota", code, verdict, source, params, objects });
  };
  const namespaces = tenancy.namespacesOf(tenant, environment);
  if (namespaces.length === 0) {
    add("nothing-there", "unknown", { environment });
    return facts;
  }
  if (declared.model === "silo") {
    const dedicated = computeFacts.filter(({ code }) => code === "nodes-dedicated");
    if (dedicated.length > 0 && stateOf(computeFacts) === "verified") {
      add("capacity-own", "supports", {}, dedicated[0]?.objects ?? []);
    } else add("node-unknown", "unknown", { environment });
    return facts;
  }
  const quotas = new Map<string, Quota[]>();
  for (const manifest of tenancy.evidence.manifests) {
    if (manifest.kind !== "ResourceQuota" || manifest.apiVersion !== "v1") continue;
    const spec = record(manifest.spec);
    // One with scopes limits some pods only: it is no limit of the namespace.
    if (spec.scopes !== undefined || spec.scopeSelector !== undefined) continue;
    const namespace = namespaceOf(manifest);
    const quota = {
      object: `ResourceQuota ${namespace}/${manifest.metadata.name}`,
      hard: record(spec.hard),
      used: record(record(manifest.status).used),
    };
    quotas.set(namespace, [...(quotas.get(namespace) ?? []), quota]);
  }
  for (const [resource, limit] of Object.entries(declared.hard)) {
    judgeResource({ resource, limit, namespaces, quotas }, add);
  }
  if (Object.keys(declared.hard).length === 0) {
    for (const namespace of namespaces.filter((each) => !quotas.has(each))) {
      add("quota-absent", "violates", { namespace, resource: "" }, [`Namespace ${namespace}`]);
    }
    if (namespaces.every((each) => quotas.has(each))) {
      const objects = namespaces.flatMap((each) => quotas.get(each)?.map((q) => q.object) ?? []);
      add("quota-within", "supports", { resource: "", total: "", declared: "" }, objects);
    }
  }
  return facts;
}

function judgeResource(
  {
    resource,
    limit,
    namespaces,
    quotas,
  }: {
    resource: string;
    limit: string;
    namespaces: readonly string[];
    quotas: ReadonlyMap<string, readonly Quota[]>;
  },
  add: (
    code: FactCode,
    verdict: Verdict,
    params: Record<string, string>,
    objects: string[],
  ) => void,
): void {
  const declared = quantityNanos(limit);
  let total = 0n;
  let used = 0n;
  let isWhole = true;
  const objects: string[] = [];
  for (const namespace of namespaces) {
    // Of several quotas of a namespace all hold: the smallest counts.
    const limits = (quotas.get(namespace) ?? []).flatMap(({ object, hard, used: usedNow }) => {
      const amount = amountOf(hard[resource]);
      return amount === undefined ? [] : [{ object, amount, used: amountOf(usedNow[resource]) }];
    });
    const [least] = limits.sort((a, b) => (a.amount < b.amount ? -1 : 1));
    if (!least) {
      isWhole = false;
      add("quota-absent", "violates", { namespace, resource }, [`Namespace ${namespace}`]);
      continue;
    }
    total += least.amount;
    used += least.used ?? 0n;
    objects.push(least.object);
  }
  if (!isWhole || declared === undefined) return;
  const params = { resource, total: textOf(total), declared: limit, used: textOf(used) };
  if (total > declared) add("quota-above-declared", "violates", params, objects);
  else add("quota-within", "supports", params, objects);
  if (total > 0n && used * 100n >= total * NEARLY_USED_PERCENT) {
    add("quota-nearly-used", "notes", params, objects);
  }
}

function amountOf(value: unknown): bigint | undefined {
  return typeof value === "string" || typeof value === "number" ? quantityNanos(value) : undefined;
}

const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi"] as const;

/** The shortest exact way to write it: `1500m`, `12`, `24Gi`. */
function textOf(nanos: bigint): string {
  if (nanos % 10n ** 9n !== 0n) return `${nanos / 10n ** 6n}m`;
  let amount = nanos / 10n ** 9n;
  let unit = 0;
  while (amount !== 0n && amount % 1024n === 0n && unit < BINARY.length - 1) {
    amount /= 1024n;
    unit += 1;
  }
  return `${amount}${BINARY[unit]}`;
}
