import { type DiffResult, diffObjects } from "#server/engines/differ/diff.ts";
import type { JsonObject } from "#server/engines/differ/json.ts";
import { checkPodSecurity } from "#server/engines/hardening/pod-security.ts";
import type { ClusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import type { CrossingEdge } from "#server/engines/isolation/crossing-edges.ts";
import { list, record } from "#server/engines/kubernetes/manifest-fields.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import {
  DRIFT_RULES,
  type DriftFinding,
  type DriftObject,
  type DriftRule,
  objectKey,
  type Severity,
} from "./finding.ts";

export interface DriftInput {
  tenancy: ClusterTenancy;
  /** What is asked for; null when the source of it is away: then nothing is missing or unmanaged. */
  desired: readonly Manifest[] | null;
  /** Whether all of what is desired could be read: else what seems unmanaged may be wanted. */
  isDesiredComplete: boolean;
  edges: readonly CrossingEdge[];
  /** Images that were approved, as `repository@sha256:…`, by `tenant/environment`. */
  approvedImages: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Kinds that controllers and nodes make by themselves: nobody declares them. */
const MADE_BY_THEMSELVES = new Set([
  "ControllerRevision",
  "Endpoints",
  "EndpointSlice",
  "Event",
  "Lease",
  "Node",
  "Pod",
  "PodMetrics",
  "ReplicaSet",
  "CiliumEndpoint",
  "CiliumIdentity",
]);
const KUBERNETES_NAMESPACES = new Set(["kube-system", "kube-public", "kube-node-lease"]);
const ROUTES = new Set(["NetworkPolicy", "ClusterNetworkPolicy", "AdminNetworkPolicy"]);
const RIGHTS = /^(Cluster)?Role(Binding)?$/;

/**
 * What drifted in one cluster, sorted by severity, then rule, then object. An object is compared field
 * by field with what is asked for; a difference is told by what it means (a policy, a quota, hardening)
 * where it means something. No finding has an empty diff unless its rule needs none.
 */
export function findDrift(input: DriftInput): DriftFinding[] {
  const { tenancy, desired, edges } = input;
  const live = new Map(tenancy.evidence.manifests.map((each) => [keyOf(each), each]));
  const findings: DriftFinding[] = [];
  const wanted = new Map((desired ?? []).map((each) => [keyOf(each), each]));
  for (const [key, want] of wanted) {
    const have = live.get(key);
    if (have) findings.push(...comparedWith(want, have, tenancy));
    else if (tenancy.evidence.isComplete) {
      findings.push(findingOf("missing", want, tenancy, { severity: severityOfAbsence(want) }));
    }
  }
  if (desired && input.isDesiredComplete) {
    for (const [key, have] of live) {
      if (!wanted.has(key) && isDeclarable(have)) {
        findings.push(findingOf("unmanaged", have, tenancy, { severity: severityOfExtra(have) }));
      }
    }
  }
  findings.push(...routes(edges, wanted, live, tenancy));
  findings.push(...images(input));
  return findings.sort(byWeight);
}

function comparedWith(want: Manifest, have: Manifest, tenancy: ClusterTenancy): DriftFinding[] {
  const diff = diffObjects({ desired: asJson(want), live: asJson(have) });
  if (diff.status === "unknown") {
    const detail = diff.uncomparable.join("; ");
    return [findingOf("not-comparable", have, tenancy, { severity: "medium", detail })];
  }
  if (diff.status === "in-sync") return [];
  const rule = ruleOf(want, have);
  const causes = [...new Set(diff.differences.flatMap(({ manager }) => manager ?? []))].sort();
  return [
    findingOf(rule, have, tenancy, {
      severity: SEVERITY[rule] ?? (RIGHTS.test(have.kind) ? "high" : severityOfDiff(diff)),
      causes,
      differences: diff.differences,
    }),
  ];
}

const SEVERITY: Partial<Record<DriftRule, Severity>> = {
  "weaker-policy": "critical",
  "weakened-hardening": "high",
  "changed-quota": "medium",
};

/** What a difference means: hardening is weaker when the live pod violates more than the desired one. */
function ruleOf(want: Manifest, have: Manifest): DriftRule {
  if (ROUTES.has(have.kind)) return "weaker-policy";
  if (have.kind === "ResourceQuota" || have.kind === "LimitRange") return "changed-quota";
  const violations = (manifest: Manifest) => {
    const verdict = checkPodSecurity(manifest, "restricted");
    return verdict.kind === "checked"
      ? verdict.violations.map(({ path, control }) => `${control} ${path}`)
      : [];
  };
  const before = new Set(violations(want));
  return violations(have).some((each) => !before.has(each)) ? "weakened-hardening" : "field-drift";
}

function severityOfDiff({ differences }: DiffResult): Severity {
  return differences.some(({ path }) => path.startsWith("/metadata/")) && differences.length === 1
    ? "low"
    : "medium";
}

function severityOfAbsence({ kind }: Manifest): Severity {
  return ROUTES.has(kind) ? "critical" : kind === "ResourceQuota" ? "high" : "medium";
}

function severityOfExtra({ kind }: Manifest): Severity {
  return ROUTES.has(kind) || RIGHTS.test(kind) ? "high" : "low";
}

/** Nobody declares what has an owner, what Kubernetes keeps for itself, or what controllers make. */
function isDeclarable(manifest: Manifest): boolean {
  const { kind, metadata } = manifest;
  return (
    !MADE_BY_THEMSELVES.has(kind) &&
    !KUBERNETES_NAMESPACES.has(metadata.namespace ?? "") &&
    !(kind === "Namespace" && KUBERNETES_NAMESPACES.has(metadata.name)) &&
    list(metadata.ownerReferences).length === 0 &&
    !(kind === "ConfigMap" && metadata.name === "kube-root-ca.crt") &&
    !(kind === "ServiceAccount" && metadata.name === "default")
  );
}

/**
 * A connection between tenants that a policy lets through which nobody declared, or which is not as
 * declared: told on the policy, in the namespace where it stands.
 */
function routes(
  edges: readonly CrossingEdge[],
  wanted: ReadonlyMap<string, Manifest>,
  live: ReadonlyMap<string, Manifest>,
  tenancy: ClusterTenancy,
): DriftFinding[] {
  const opened = new Map<string, Set<string>>();
  for (const edge of edges) {
    for (const { allowedBy } of [edge.from, edge.to]) {
      if (allowedBy.kind !== "policies") continue;
      for (const name of allowedBy.names) {
        opened.set(name, (opened.get(name) ?? new Set()).add(edge.ports));
      }
    }
  }
  return [...opened].flatMap(([name, ports]) => {
    const key = `networking.k8s.io NetworkPolicy ${name}`;
    const policy = live.get(key);
    const want = wanted.get(key);
    if (!policy) return [];
    const isAsDeclared =
      want && diffObjects({ desired: asJson(want), live: asJson(policy) }).status === "in-sync";
    if (isAsDeclared) return [];
    const detail = [...ports].sort().join("; ");
    return [findingOf("cross-tenant-route", policy, tenancy, { severity: "critical", detail })];
  });
}

/** Running images that no deployment of the environment recorded; a tag says nothing of what runs. */
function images({ tenancy, approvedImages }: DriftInput): DriftFinding[] {
  const found: DriftFinding[] = [];
  for (const manifest of tenancy.evidence.manifests) {
    if (manifest.kind !== "Pod" || manifest.apiVersion !== "v1") continue;
    const owner = tenancy.owners.get(manifest.metadata.namespace ?? "default");
    if (!owner?.environment) continue;
    const approved = approvedImages.get(`${owner.tenant}/${owner.environment}`);
    // Where nothing was ever deployed through the console, nothing can be unexpected.
    if (!approved || approved.size === 0) continue;
    for (const image of runningImages(manifest)) {
      if (approved.has(image)) continue;
      found.push(
        findingOf("unexpected-image", manifest, tenancy, { severity: "high", detail: image }),
      );
    }
  }
  return found;
}

/** `repository@sha256:…` of each container as it runs; what the node doesn't tell is taken from the spec. */
function runningImages(pod: Manifest): string[] {
  const spec = record(pod.spec);
  const status = record(pod.status);
  const running = new Map(
    [...list(status.containerStatuses), ...list(status.initContainerStatuses)]
      .map(record)
      .map((each) => [String(each.name), String(each.imageID ?? "")]),
  );
  return [...list(spec.containers), ...list(spec.initContainers)].map(record).map((container) => {
    const asked = String(container.image ?? "");
    const ran = running.get(String(container.name))?.replace(/^docker-pullable:\/\//, "") ?? "";
    const digest = /sha256:[0-9a-f]{64}$/.exec(ran || asked)?.[0];
    const repository = asked.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
    return digest ? `${repository}@${digest}` : asked;
  });
}

function findingOf(
  rule: DriftRule,
  manifest: Manifest,
  tenancy: ClusterTenancy,
  more: Pick<DriftFinding, "severity"> & Partial<DriftFinding>,
): DriftFinding {
  const { namespace } = objectOf(manifest);
  const place = manifest.kind === "Namespace" ? manifest.metadata.name : namespace;
  const owner = place === null ? undefined : tenancy.owners.get(place);
  return {
    rule,
    object: objectOf(manifest),
    tenant: owner?.tenant ?? null,
    environment: owner?.environment ?? null,
    causes: managersOf(manifest),
    differences: [],
    detail: "",
    ...more,
  };
}

/** Who wrote an object, as its managed fields tell. */
function managersOf({ metadata }: Manifest): string[] {
  const managers = list(metadata.managedFields).map((each) => String(record(each).manager ?? ""));
  return [...new Set(managers.filter(Boolean))].sort();
}

/** Kinds without a namespace, of those that the console knows. */
const CLUSTER_SCOPED =
  /^(Namespace|Node|Cluster[A-Z].*|PersistentVolume|StorageClass|IngressClass|CustomResourceDefinition|.*WebhookConfiguration|ValidatingAdmissionPolicy(Binding)?|PriorityClass|APIService|AdminNetworkPolicy|BaselineAdminNetworkPolicy)$/;

function objectOf({ apiVersion, kind, metadata }: Manifest): DriftObject {
  // CloudNativePG's `Cluster` is in a namespace, and says so.
  const isScoped = CLUSTER_SCOPED.test(kind) && metadata.namespace === undefined;
  const namespace = isScoped ? null : (metadata.namespace ?? "default");
  return { apiVersion, kind, namespace, name: metadata.name };
}

function keyOf(manifest: Manifest): string {
  return objectKey(objectOf(manifest));
}

function asJson(manifest: Manifest): JsonObject {
  return manifest as unknown as JsonObject;
}

const ORDER: readonly Severity[] = ["critical", "high", "medium", "low"];

function byWeight(a: DriftFinding, b: DriftFinding): number {
  const severity = ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity);
  if (severity !== 0) return severity;
  const rule = DRIFT_RULES.indexOf(a.rule) - DRIFT_RULES.indexOf(b.rule);
  if (rule !== 0) return rule;
  const [one, two] = [objectKey(a.object) + a.detail, objectKey(b.object) + b.detail];
  return one < two ? -1 : one > two ? 1 : 0;
}
