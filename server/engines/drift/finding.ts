import type { FieldDifference } from "#server/engines/differ/diff.ts";

/** What may be wrong with an object of a cluster, the worst first. */
export const DRIFT_RULES = [
  "isolation-violated",
  "cross-tenant-route",
  "weaker-policy",
  "unexpected-image",
  "weakened-hardening",
  "changed-quota",
  "missing",
  "unmanaged",
  "field-drift",
  "not-comparable",
] as const;
export type DriftRule = (typeof DRIFT_RULES)[number];

export const SEVERITIES = ["critical", "high", "medium", "low"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a finding says besides its differences; words are in `messages/<locale>/drift.json`. */
export const DRIFT_REASONS = [
  /** Nothing but the differences. */
  "none",
  /** `image`, `container`: no deployment of the environment recorded its digest. */
  "image-not-recorded",
  /** `image`, `container`, `registry`: the environment's policy does not trust the registry. */
  "registry-not-trusted",
  /** `image`, `container`, `asked`: the node runs another digest than the one that is asked for. */
  "running-other-image",
  /** `ports`: what the policy lets through to or from another owner. */
  "route-opened",
  /** `edges`, `from`, `to`, `ports`: connections that the desired policies don't allow, and one of them. */
  "policy-opens",
  /** The rules alone say so: the policy selects no pod now. */
  "policy-loosened",
  /** `controls`: Pod Security controls that the desired object keeps and the live one doesn't. */
  "hardening-weakened",
  /** `layer`, `facts`: a layer of the isolation matrix is violated. */
  "isolation-layer",
  /** `why`: the objects could not be compared. */
  "uncomparable",
  /** `kind`, `why`: the cluster does not let the console read this kind. */
  "kind-unread",
] as const;
export type DriftReason = (typeof DRIFT_REASONS)[number];

export interface DriftObject {
  apiVersion: string;
  kind: string;
  namespace: string | null;
  name: string;
}

export interface DriftFinding {
  rule: DriftRule;
  severity: Severity;
  object: DriftObject;
  /** The tenant whose namespace it is in; null for what belongs to the Sovereign. */
  tenant: string | null;
  environment: string | null;
  /** Field managers that wrote what differs, as the cluster tells; empty when it does not. */
  causes: readonly string[];
  /** Values of Secrets are masked on both sides. */
  differences: readonly FieldDifference[];
  /** What else the sentence of the rule says: an image, a port, a reason. */
  detail: string;
  /** The same as a code with parameters; `none` when left out. */
  reason?: DriftReason;
  params?: Readonly<Record<string, string>>;
  /** All of the object, masked, where it is on one side alone and no field is compared. */
  whole?: () => readonly FieldDifference[];
}

/** `apps Deployment shop/web`: the same for every version of an API. */
export function objectKey({ apiVersion, kind, namespace, name }: DriftObject): string {
  const group = apiVersion.includes("/") ? `${apiVersion.split("/")[0]} ` : "";
  return `${group}${kind} ${namespace === null ? "" : `${namespace}/`}${name}`;
}

/**
 * What findings of one cause have in common: the rule, the kind, the paths and who wrote them. One
 * cause over forty namespaces is one group.
 */
export function groupKey({ rule, object, causes, differences, detail }: DriftFinding): string {
  const paths = differences.map(({ path, kind }) => `${kind} ${path}`);
  // The same object in many namespaces, where nothing else tells what it is about.
  const about = differences.length > 0 ? paths.join(",") : detail || object.name;
  return [rule, object.kind, causes.join(","), about].join("|");
}
