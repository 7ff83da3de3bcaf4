import type { FieldDifference } from "#server/engines/differ/diff.ts";

/** What may be wrong with an object of a cluster, the worst first. */
export const DRIFT_RULES = [
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
  const about = differences.length > 0 ? paths.join(",") : detail;
  return [rule, object.kind, causes.join(","), about].join("|");
}
