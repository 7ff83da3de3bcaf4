import { createHash } from "node:crypto";
import type { JsonValue } from "../canonical-json/canonical-json.ts";
import {
  isObject,
  listAt,
  type MappedEvent,
  malformed,
  objectAt,
  present,
  segment,
  slug,
  textAt,
  upTo,
} from "./mapped.ts";

/** Findings that one event tells of at most; the summary counts them all. */
const MOST_FINDINGS = 100;
/** Of the Policy Working Group, and as OpenReports calls the same since. */
const POLICY_KINDS = new Set(["PolicyReport", "ClusterPolicyReport", "Report", "ClusterReport"]);
const POLICY_GROUPS = /^(?:wgpolicyk8s\.io|openreports\.io|reports\.kyverno\.io)\//;
const TRIVY_KINDS = new Set([
  "VulnerabilityReport",
  "ConfigAuditReport",
  "ExposedSecretReport",
  "RbacAssessmentReport",
  "InfraAssessmentReport",
  "ClusterVulnerabilityReport",
  "ClusterConfigAuditReport",
  "ClusterRbacAssessmentReport",
  "ClusterInfraAssessmentReport",
]);

/** Whether an object of a cluster is a report that is read here: others may call theirs `Report` too. */
export function isReport(object: JsonValue): boolean {
  return isPolicyReport(object) || isTrivyReport(object);
}

const kindOf = (report: JsonValue) => textAt(report, "kind") ?? "";
const groupOf = (report: JsonValue) => textAt(report, "apiVersion") ?? "";
const isPolicyReport = (report: JsonValue) =>
  POLICY_KINDS.has(kindOf(report)) && POLICY_GROUPS.test(groupOf(report));
const isTrivyReport = (report: JsonValue) =>
  TRIVY_KINDS.has(kindOf(report)) && groupOf(report).startsWith("aquasecurity.github.io/");

/**
 * Reports of Kyverno (PolicyReport) and of the Trivy operator, as a cluster keeps them: one, several, or a
 * list of Kubernetes. A result of a policy that is no pass is one event a day as long as it stands; a scan
 * of Trivy is one event, with its worst findings.
 */
export function mapReports(written: JsonValue, cluster: string): MappedEvent[] {
  const listed = isObject(written) && /List$/.test(textAt(written, "kind") ?? "");
  const reports = listed
    ? listAt(written, "items")
    : Array.isArray(written)
      ? (written as readonly JsonValue[])
      : [written];
  return reports.flatMap((report) => {
    if (isPolicyReport(report)) return mapPolicy(report, cluster);
    if (isTrivyReport(report)) return [mapTrivy(report, kindOf(report), cluster)];
    return [malformed(report, "kind", "kind is none of the reports that are read here.")];
  });
}

function mapPolicy(report: JsonValue, cluster: string): MappedEvent[] {
  const namespace = textAt(report, "metadata", "namespace");
  const name = textAt(report, "metadata", "name") ?? "";
  const scope = objectAt(report, "scope");
  return listAt(report, "results").flatMap((result) => {
    const verdict = textAt(result, "result") ?? textAt(result, "status");
    if (!verdict || verdict === "pass" || verdict === "skip") return [];
    const policy = textAt(result, "policy") ?? "unknown";
    const about = objectAt(listAt(result, "resources")[0] ?? scope);
    const time = timeOf(result);
    const object = present({
      kind: textAt(about, "kind"),
      namespace: textAt(about, "namespace") ?? namespace,
      name: textAt(about, "name"),
      uid: textAt(about, "uid"),
    });
    const data = present({
      policy,
      rule: textAt(result, "rule"),
      result: verdict,
      severity: textAt(result, "severity"),
      category: textAt(result, "category"),
      message: upTo(textAt(result, "message"), 2_000),
      object,
      report: name,
    });
    return [
      event(cluster, {
        id: digestOf({ data, day: time?.slice(0, 10) ?? "" }),
        from: "kyverno",
        type: `io.kyverno.policy-report.${slug(verdict)}`,
        place: [object.namespace, object.kind, object.name],
        time,
        outcome: verdict === "error" ? "failed" : "denied",
        data,
        namespace: textAt(about, "namespace") ?? namespace,
      }),
    ];
  });
}

function timeOf(result: JsonValue): string | undefined {
  const seconds = isObject(result) && isObject(result.timestamp) ? result.timestamp.seconds : 0;
  return typeof seconds === "number" && seconds > 0 && seconds < 1e11
    ? new Date(seconds * 1_000).toISOString()
    : undefined;
}

const WORST_FIRST = ["CRITICAL", "HIGH", "MEDIUM", "LOW"];

function mapTrivy(report: JsonValue, kind: string, cluster: string): MappedEvent {
  const body = objectAt(report, "report");
  // A name that is no label's value stands in the annotations.
  const about = {
    ...objectAt(report, "metadata", "annotations"),
    ...objectAt(report, "metadata", "labels"),
  };
  const namespace = textAt(report, "metadata", "namespace");
  const uid = textAt(report, "metadata", "uid");
  const scanned = textAt(body, "updateTimestamp");
  const updated = scanned ?? textAt(report, "metadata", "creationTimestamp");
  if (!uid || !updated) {
    const field = uid ? "report.updateTimestamp" : "metadata.uid";
    return malformed(report, field, `${field} is missing.`);
  }
  const object = present({
    kind: textAt(about, "trivy-operator.resource.kind"),
    namespace: textAt(about, "trivy-operator.resource.namespace") ?? namespace,
    name: textAt(about, "trivy-operator.resource.name"),
    container: textAt(about, "trivy-operator.container.name"),
  });
  const findings = ["vulnerabilities", "checks", "secrets"]
    .flatMap((name) => listAt(body, name))
    .filter((finding) => !isObject(finding) || finding.success !== true)
    .map(findingOf)
    .sort((one, other) => rank(one) - rank(other));
  const data = present({
    report: kind,
    object,
    artifact: Object.keys(objectAt(body, "artifact")).length
      ? objectAt(body, "artifact")
      : undefined,
    registry: textAt(body, "registry", "server"),
    scanner: textAt(body, "scanner", "version"),
    summary: objectAt(body, "summary"),
    findings: findings.slice(0, MOST_FINDINGS),
    ...(findings.length > MOST_FINDINGS ? { leftOut: findings.length - MOST_FINDINGS } : {}),
  });
  return event(cluster, {
    // Assessments of roles and of nodes don't say when: a new one is told by what it found.
    id: `${uid}/${scanned ?? digestOf(data)}`.slice(0, 256),
    from: "trivy",
    type: `io.aquasecurity.trivy.${slug(kind.replace(/([a-z])([A-Z])/g, "$1-$2"))}`,
    place: [object.namespace, object.kind, object.name],
    time: Number.isNaN(Date.parse(updated)) ? undefined : new Date(updated).toISOString(),
    outcome: findings.length > 0 ? "failed" : "succeeded",
    data,
    namespace: textAt(object, "namespace"),
  });
}

/** What a finding is, never what it found: an exposed secret stands in `match`. */
function findingOf(finding: JsonValue) {
  return present({
    id:
      textAt(finding, "vulnerabilityID") ?? textAt(finding, "checkID") ?? textAt(finding, "ruleID"),
    severity: textAt(finding, "severity"),
    resource: textAt(finding, "resource") ?? textAt(finding, "target"),
    installed: textAt(finding, "installedVersion"),
    fixed: textAt(finding, "fixedVersion"),
    title: upTo(textAt(finding, "title"), 200),
  });
}

function rank(finding: JsonValue): number {
  const place = WORST_FIRST.indexOf(textAt(finding, "severity") ?? "");
  return place === -1 ? WORST_FIRST.length : place;
}

interface Parts {
  id: string;
  from: string;
  type: string;
  place: readonly (JsonValue | undefined)[];
  time: string | undefined;
  outcome: string;
  data: JsonValue;
  namespace: string | undefined;
}

function event(cluster: string, parts: Parts): MappedEvent {
  return {
    original: present({
      specversion: "1.0",
      id: parts.id,
      source: `/kubernetes/${segment(cluster)}/${parts.from}`,
      type: parts.type,
      subject: upTo(parts.place.filter(Boolean).join("/"), 256) || undefined,
      time: parts.time,
      outcome: parts.outcome,
      datacontenttype: "application/json",
      data: parts.data,
    }),
    home: parts.namespace ? { kind: "namespace", name: parts.namespace } : { kind: "source" },
  };
}

function digestOf(value: JsonValue): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
