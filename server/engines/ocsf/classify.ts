import { classifyReceived } from "./classify-received.ts";
import { OCSF_CLASSES, type OcsfClass, type OcsfClassName } from "./ocsf-classes.ts";

export interface Classified {
  readonly className: OcsfClassName;
  readonly activityId: number;
  /** The schema's caption; with `Other` what our event says of itself. */
  readonly activityName: string;
}

/** What the events of an area are about, unless one says otherwise below. */
const AREAS: Readonly<Record<string, OcsfClassName>> = {
  access: "entity-management",
  admission: "entity-management",
  alerts: "api-activity",
  approvals: "api-activity",
  audit: "api-activity",
  "break-glass": "entity-management",
  compliance: "compliance-finding",
  consumers: "api-activity",
  delivery: "entity-management",
  deployments: "api-activity",
  drift: "compliance-finding",
  elevation: "authorize-session",
  environments: "entity-management",
  events: "api-activity",
  evidence: "api-activity",
  exports: "api-activity",
  health: "api-activity",
  identity: "authentication",
  inbox: "api-activity",
  incidents: "api-activity",
  ingest: "api-activity",
  isolation: "compliance-finding",
  keys: "entity-management",
  leases: "entity-management",
  log: "entity-management",
  policies: "entity-management",
  packs: "entity-management",
  privacy: "entity-management",
  quotas: "compliance-finding",
  regions: "api-activity",
  remediations: "api-activity",
  retention: "entity-management",
  secrets: "entity-management",
  sinks: "entity-management",
  stores: "authentication",
  targets: "entity-management",
  tenants: "entity-management",
  threats: "compliance-finding",
  views: "entity-management",
};

/** Events that are of another class than their area, or do what their last word does not say. */
const TYPES: Readonly<Record<string, readonly [OcsfClassName, string]>> = {
  "access.denied": ["api-activity", "Other"],
  "access.denials-counted": ["api-activity", "Other"],
  "access.directory-read": ["api-activity", "Read"],
  "access.revocation-seen": ["account-change", "Detach Policy"],
  "access.revocation-asked": ["account-change", "Other"],
  "access.revocation-by-hand": ["account-change", "Other"],
  "access.revocation-failed": ["account-change", "Other"],
  "access.break-glass-used": ["authorize-session", "Assign Privileges"],
  "access.break-glass-ended": ["authorize-session", "Other"],
  "compliance.exported": ["api-activity", "Read"],
  "compliance.judged": ["api-activity", "Create"],
  "drift.ignore-rule-saved": ["entity-management", "Update"],
  "drift.ignore-rule-retired": ["entity-management", "Delete"],
  "drift.remediation-policy-saved": ["entity-management", "Update"],
  "elevation.requested": ["api-activity", "Create"],
  "elevation.approved": ["api-activity", "Update"],
  "elevation.withdrawn": ["api-activity", "Delete"],
  "elevation.policy-saved": ["entity-management", "Update"],
  "elevation.activated": ["authorize-session", "Assign Privileges"],
  "events.source-saved": ["entity-management", "Update"],
  "events.source-retired": ["entity-management", "Delete"],
  "identity.signed-in": ["authentication", "Logon"],
  "identity.session-started": ["authentication", "Logon"],
  "identity.signed-out": ["authentication", "Logoff"],
  "identity.step-up-begun": ["authentication", "Preauth"],
  "identity.key-registered": ["account-change", "MFA Factor Enable"],
  "identity.key-removed": ["account-change", "MFA Factor Disable"],
  "identity.key-renamed": ["account-change", "Other"],
  "identity.key-registration-begun": ["account-change", "Other"],
  "isolation.declared": ["entity-management", "Update"],
  "isolation.what-if-answered": ["api-activity", "Read"],
  "isolation.what-if-asked": ["api-activity", "Read"],
  "isolation.what-if-failed": ["api-activity", "Read"],
  "isolation.violated": ["compliance-finding", "Create"],
  "isolation.verified": ["compliance-finding", "Close"],
  "secrets.list-exported": ["api-activity", "Read"],
  "stores.logged-in": ["authentication", "Logon"],
  "stores.login-failed": ["authentication", "Logon"],
};

/** Activities by the last word of an event's type; the first that the class knows counts. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  Create: [
    "added",
    "bound",
    "created",
    "declared",
    "discovered",
    "found",
    "issued",
    "onboarded",
    "opened",
    "placed",
    "proposed",
    "raised",
    "registered",
    "began",
    "reopened",
  ],
  Read: [
    "checked",
    "downloaded",
    "exported",
    "listed",
    "looked",
    "observed",
    "read",
    "searched",
    "tailed",
    "verified",
    "watched",
    "asked",
  ],
  Update: [
    "acknowledged",
    "acted",
    "applied",
    "approved",
    "changed",
    "configured",
    "labelled",
    "promoted",
    "redriven",
    "released",
    "renamed",
    "renewed",
    "reviewed",
    "revised",
    "rotated",
    "saved",
    "set",
    "suppressed",
    "switched",
    "unsuppressed",
    "updated",
  ],
  Delete: [
    "destroyed",
    "discarded",
    "erased",
    "gone",
    "offboarded",
    "pruned",
    "removed",
    "retired",
    "revoked",
    "shredded",
    "unbound",
  ],
  Close: ["closed", "ended", "resolved"],
  Enable: ["enabled"],
  Disable: ["disabled"],
  Suspend: ["frozen", "paused", "held", "stopped"],
  Resume: ["resumed", "unfrozen"],
};

/** What requests alone make: of a credential a request is not its making. */
const REQUESTED: ReadonlySet<OcsfClassName> = new Set(["api-activity"]);

/**
 * The OCSF class and activity of an event's type. Total: a type of no area of ours, as other systems
 * send them, is an API activity `Other` that names itself.
 */
export function classify(type: string): Classified {
  const [root, area = "", ...rest] = type.split(".");
  const act = rest.join(".");
  if (root !== "runtime" || act === "") return other("api-activity", type);
  if (area === "received") {
    const [className, activity] = classifyReceived(act);
    return named(className, activity, act);
  }
  const special = TYPES[`${area}.${act}`];
  if (special) return named(special[0], special[1], act);
  // Mending a finding is an act; the finding itself is told of when it changes.
  const isMending = area === "drift" && act.startsWith("remediation-");
  const className = Object.hasOwn(AREAS, area)
    ? AREAS[isMending ? "remediations" : area]
    : undefined;
  if (!className) return other("api-activity", type);
  return named(className, activityOf(className, act), act);
}

/** Whether the type is of an area that the table knows. */
export function isMapped(type: string): boolean {
  const [root, area = ""] = type.split(".");
  return root === "runtime" && (area === "received" || Object.hasOwn(AREAS, area));
}

function activityOf(className: OcsfClassName, act: string): string {
  const word = act.split("-").at(-1) ?? "";
  const known: OcsfClass["activities"] = OCSF_CLASSES[className].activities;
  if (word === "requested" && REQUESTED.has(className)) return "Create";
  const fits = Object.entries(WORDS).find(
    ([name, words]) => Object.hasOwn(known, name) && words.includes(word),
  );
  if (fits) return fits[0];
  return className === "compliance-finding" ? "Update" : "Other";
}

function named(className: OcsfClassName, caption: string, act: string): Classified {
  const activities: OcsfClass["activities"] = OCSF_CLASSES[className].activities;
  const activityId = activities[caption] ?? 99;
  return { className, activityId, activityName: activityId === 99 ? act : caption };
}

function other(className: OcsfClassName, type: string): Classified {
  return { className, activityId: 99, activityName: type };
}
