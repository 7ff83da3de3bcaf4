import type { JsonValue } from "../canonical-json/canonical-json.ts";
import { eventSource } from "../query-language/event-source.ts";
import { classify } from "./classify.ts";
import { type Facts, factsOf, type JsonObject } from "./envelope-facts.ts";
import { OCSF_CLASSES, OCSF_VERSION, type OcsfClassName } from "./ocsf-classes.ts";

type Part = Record<string, JsonValue>;

/** A refusal to sign in is told of as a refusal; to a SIEM it is a logon that failed. */
const FAILED_SIGN_IN = "runtime.identity.signed-in";

/**
 * The OCSF event of an envelope of ours, payload in `data` where it is there, masked or not. Total:
 * whatever is missing, the result holds against the published schema of its class. What the class has
 * no attribute for is in `unmapped`. Source: https://schema.ocsf.io/1.8.0.
 */
export function toOcsf(envelope: JsonObject): JsonObject {
  const facts = factsOf(envelope);
  const { className, activityId, activityName } = classify(
    facts.isFailedSignIn ? FAILED_SIGN_IN : facts.type,
  );
  const { uid, name, categoryUid, categoryName } = OCSF_CLASSES[className];
  const isKnown = activityId !== 99;
  return {
    activity_id: activityId,
    activity_name: activityName,
    category_name: categoryName,
    category_uid: categoryUid,
    class_name: name,
    class_uid: uid,
    type_uid: uid * 100 + activityId,
    type_name: `${name}: ${isKnown ? activityName : "Other"}`,
    time: facts.received?.timeMillis ?? facts.timeMillis,
    message: `${facts.type} ${facts.outcome ?? "unknown"}: ${facts.subject}`,
    ...severityOf(facts),
    ...statusOf(facts, className, activityName),
    metadata: metadataOf(facts),
    ...PARTS[className](facts, activityName),
    unmapped: unmappedOf(envelope),
  };
}

const PRODUCT = { name: "Sovereign Console", vendor_name: "Sovereign Console" };
const SERVICE = { name: "Sovereign Console" };

const PARTS: Record<OcsfClassName, (facts: Facts, activity: string) => Part> = {
  "api-activity": (facts) => ({
    actor: actorOf(facts),
    api: { operation: facts.type, service: SERVICE },
    // The log holds no addresses: what is known is the door that the call came through.
    src_endpoint: { svc_name: eventSource(facts.type, facts.actorKind) },
    resources: [{ uid: facts.subject, type: facts.subjectKind }],
  }),
  "entity-management": (facts) => ({
    actor: actorOf(facts),
    entity: entityOf(facts),
  }),
  authentication: (facts) => ({
    actor: actorOf(facts),
    user: userOf(facts),
    service: facts.area === "stores" ? { name: "Secret store", uid: facts.subject } : SERVICE,
    ...(facts.subjectKind === "session" ? { session: { uid: facts.subjectId } } : {}),
    ...(facts.type.startsWith("runtime.identity.step") ? { is_mfa: true } : {}),
  }),
  "account-change": (facts) => ({
    actor: actorOf(facts),
    user:
      facts.area === "identity" || facts.received
        ? userOf(facts)
        : { uid: facts.subject, type_id: 0 },
  }),
  "authorize-session": (facts, activity) => ({
    actor: actorOf(facts),
    user: activity === "Assign Privileges" ? userOf(facts) : { uid: facts.subject, type_id: 0 },
    privileges: facts.privileges.length > 0 ? [...facts.privileges] : [facts.subject],
  }),
  "compliance-finding": (facts, activity) => ({
    compliance: complianceOf(facts, activity),
    finding_info: {
      uid: facts.subject,
      title: facts.type,
      created_time: facts.timeMillis,
      types: [facts.type],
    },
    resources: [{ uid: facts.subject, type: facts.subjectKind }],
  }),
};

function actorOf(facts: Facts): Part {
  const user = userOf(facts);
  return facts.actorKind === "worker" || facts.actorKind === "system"
    ? { user, app_name: facts.actorName ?? facts.actorKind }
    : { user };
}

const USER_TYPES: Readonly<Record<string, readonly [number, string]>> = {
  user: [1, "User"],
  service: [4, "Service"],
  worker: [4, "Service"],
  system: [3, "System"],
};

function userOf({ principal, actorName, actorKind, received }: Facts): Part {
  // Of a received event our principal is who sent it; who did it is the sender's word.
  if (received) return { name: received.principal ?? "unknown", type_id: 0, type: "Unknown" };
  const [typeId, type] = USER_TYPES[actorKind] ?? [0, "Unknown"];
  return {
    uid: principal ?? "unknown",
    ...(actorName ? { name: actorName } : {}),
    type_id: typeId,
    type,
  };
}

const ENTITY_TYPES: Readonly<Record<string, readonly [number, string]>> = {
  tenant: [4, "Organization"],
  "secret-policy": [5, "Policy"],
  policy: [5, "Policy"],
};

function entityOf({ subject, subjectId, subjectKind }: Facts): Part {
  const [typeId, type] = ENTITY_TYPES[subjectKind] ?? [99, subjectKind];
  return { uid: subject, name: subjectId, type_id: typeId, type };
}

const RESULTS = { Unknown: 0, Pass: 1, Warning: 2, Fail: 3 } as const;
type Result = keyof typeof RESULTS;
const CHECK_RESULTS: Readonly<Record<string, Result>> = {
  met: "Pass",
  failing: "Fail",
  unknown: "Warning",
  "not-applicable": "Unknown",
};
/** They say by their outcome whether anything was found. */
const JUDGED_BY_OUTCOME =
  /^runtime\.(?:compliance\.log-audited$|received\.io\.aquasecurity\.trivy\.)/;

function complianceOf(facts: Facts, activity: string): Part {
  const status = resultOf(facts, activity);
  return { control: `${facts.area}/${facts.subjectKind}`, status, status_id: RESULTS[status] };
}

function resultOf({ type, outcome, checkState }: Facts, activity: string): Result {
  if (checkState) return CHECK_RESULTS[checkState] ?? "Unknown";
  if (activity === "Close") return "Pass";
  if (JUDGED_BY_OUTCOME.test(type) && outcome === "succeeded") return "Pass";
  return type === "runtime.isolation.unknown" ? "Warning" : "Fail";
}

const SEVERITIES = { Informational: 1, Low: 2, Medium: 3, High: 4, Critical: 5 } as const;
/** Words of ours, of Kyverno and of Falco (syslog's priorities). */
const WORDS: Readonly<Record<string, keyof typeof SEVERITIES>> = {
  informational: "Informational",
  info: "Informational",
  debug: "Informational",
  notice: "Low",
  low: "Low",
  warning: "Medium",
  medium: "Medium",
  error: "High",
  high: "High",
  alert: "Critical",
  emergency: "Critical",
  critical: "Critical",
};
const GRAVE: ReadonlySet<string> = new Set([
  "runtime.isolation.violated",
  "runtime.access.break-glass-used",
  "runtime.incidents.opened",
]);

function severityOf({ type, outcome, severity }: Facts): Part {
  const said = WORDS[severity ?? ""];
  const own = GRAVE.has(type) ? "High" : outcome === "succeeded" ? "Informational" : "Medium";
  const name = said ?? own;
  return { severity: name, severity_id: SEVERITIES[name] };
}

const STATUSES: Readonly<Record<string, readonly [number, string]>> = {
  succeeded: [1, "Success"],
  denied: [2, "Failure"],
  failed: [2, "Failure"],
};
const FINDING_STATUSES: Readonly<Record<string, readonly [number, string]>> = {
  suppressed: [3, "Suppressed"],
  acknowledged: [2, "In Progress"],
  resolved: [4, "Resolved"],
  verified: [4, "Resolved"],
};

/** A finding's status is where it stands; every other class's is how the act went. */
function statusOf(facts: Facts, className: OcsfClassName, activity: string): Part {
  const { type, outcome } = facts;
  const detail: Part = outcome ? { status_detail: outcome } : {};
  if (className === "compliance-finding") {
    const said = FINDING_STATUSES[type.split(".").at(-1) ?? ""];
    const isOver = resultOf(facts, activity) === "Pass";
    const [id, status] = said ?? (isOver ? [4, "Resolved"] : [1, "New"]);
    return { status_id: id, status, ...detail };
  }
  const [id, status] = STATUSES[outcome ?? ""] ?? [0, "Unknown"];
  return { status_id: id, status, ...detail };
}

function metadataOf(facts: Facts): Part {
  const { leafIndex, correlation, timeText, tenant } = facts;
  return {
    version: OCSF_VERSION,
    product: PRODUCT,
    uid: facts.id,
    event_code: facts.type,
    log_name: "audit",
    log_provider: facts.source,
    original_time: timeText,
    logged_time: facts.timeMillis,
    ...(tenant ? { tenant_uid: tenant } : {}),
    ...(leafIndex === null ? {} : { sequence: leafIndex }),
    ...(correlation ? { correlation_uid: correlation } : {}),
  };
}

const MAPPED = new Set(["specversion", "id", "type", "time", "tenant", "outcome", "principalkind"]);

function unmappedOf(envelope: JsonObject): Part {
  return Object.fromEntries(Object.entries(envelope).filter(([name]) => !MAPPED.has(name)));
}
