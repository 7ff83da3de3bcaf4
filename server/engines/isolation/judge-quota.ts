import { quantityNanos } from "#server/engines/differ/quantity.ts";
import { namespaceOf, record } from "#server/engines/kubernetes/manifest-fields.ts";
import { type ClusterTenancy, isSeen } from "./cluster-tenancy.ts";
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
 * what is declared, over all clusters that it is in. A silo has its environment's whole capacity: its
 * nodes must be its own, which the compute facts show.
 */
export function judgeQuota(
  clusters: readonly ClusterTenancy[],
  tenant: string,
  environment: string,
  declared: Declaration["quota"],
  computeFacts: readonly Fact[],
): Fact[] {
  const facts: Fact[] = [];
  const everywhere = clusters.map(({ evidence }) => evidence.name).join(", ");
  const add: Add = (code, verdict, params = {}, objects = [], cluster = everywhere) => {
    const source = { kind: "cluster", name: cluster } as const;
    facts.push({ layer: "quota", code, verdict, source, params, objects });
  };
  const namespaces = clusters.flatMap((tenancy) => {
    const quotas = quotasOf(tenancy);
    return tenancy.namespacesOf(tenant, environment).map((name) => ({
      name,
      cluster: tenancy.evidence.name,
      isSeen: isSeen(tenancy.evidence, "ResourceQuota"),
      quotas: quotas.get(name) ?? [],
    }));
  });
  if (namespaces.length === 0) {
    add("nothing-there", "unknown", { environment });
    return facts;
  }
  if (declared.model === "silo") {
    const dedicated = computeFacts.filter(({ code }) => code === "nodes-dedicated");
    if (dedicated.length > 0 && stateOf(computeFacts) === "verified") {
      const objects = dedicated.flatMap((fact) => fact.objects);
      add("capacity-own", "supports", {}, objects);
    } else add("node-unknown", "unknown", { environment });
    return facts;
  }
  for (const [resource, limit] of Object.entries(declared.hard)) {
    judgeResource({ resource, limit, namespaces }, add);
  }
  if (Object.keys(declared.hard).length === 0) {
    for (const each of namespaces.filter(({ quotas }) => quotas.length === 0)) {
      addAbsent(each, "", add);
    }
    if (namespaces.every(({ quotas }) => quotas.length > 0)) {
      const objects = namespaces.flatMap(({ quotas }) => quotas.map(({ object }) => object));
      add("quota-within", "supports", { resource: "", total: "", declared: "" }, objects);
    }
  }
  return facts;
}

type Add = (
  code: FactCode,
  verdict: Verdict,
  params?: Record<string, string>,
  objects?: readonly string[],
  cluster?: string,
) => void;

interface LimitedNamespace {
  name: string;
  cluster: string;
  isSeen: boolean;
  quotas: readonly Quota[];
}

function quotasOf({ evidence }: ClusterTenancy): Map<string, Quota[]> {
  const quotas = new Map<string, Quota[]>();
  for (const manifest of evidence.manifests) {
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
  return quotas;
}

function addAbsent({ name, cluster, isSeen }: LimitedNamespace, resource: string, add: Add): void {
  const params = { namespace: name, resource };
  add("quota-absent", isSeen ? "violates" : "unknown", params, [`Namespace ${name}`], cluster);
}

function judgeResource(
  {
    resource,
    limit,
    namespaces,
  }: { resource: string; limit: string; namespaces: readonly LimitedNamespace[] },
  add: Add,
): void {
  const declared = quantityNanos(limit);
  let total = 0n;
  let used = 0n;
  let isWhole = true;
  const objects: string[] = [];
  for (const namespace of namespaces) {
    // Of several quotas of a namespace all hold: the smallest counts.
    const limits = namespace.quotas.flatMap(({ object, hard, used: usedNow }) => {
      const amount = amountOf(hard[resource]);
      return amount === undefined ? [] : [{ object, amount, used: amountOf(usedNow[resource]) }];
    });
    const [least] = limits.sort((a, b) => (a.amount < b.amount ? -1 : 1));
    if (!least) {
      isWhole = false;
      addAbsent(namespace, resource, add);
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
