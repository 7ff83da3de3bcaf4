import type { JsonValue } from "../canonical-json/canonical-json.ts";

export type JsonObject = { readonly [key: string]: JsonValue };

/** What the mapping reads of an envelope; `null` for what is missing, masked or no text. */
export interface Facts {
  readonly id: string;
  readonly type: string;
  /** `secrets` of `runtime.secrets.rotated`. */
  readonly area: string;
  readonly source: string;
  readonly subject: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly timeText: string;
  /** Milliseconds since 1970; 0 when the envelope's time can't be read. */
  readonly timeMillis: number;
  readonly tenant: string | null;
  readonly principal: string | null;
  readonly actorKind: string;
  readonly actorName: string | null;
  readonly outcome: string | null;
  readonly leafIndex: number | null;
  /** The event that caused this one, else the trace that both are of. */
  readonly correlation: string | null;
  readonly severity: string | null;
  readonly privileges: readonly string[];
  readonly isFailedSignIn: boolean;
  /** Where a check of compliance stands now, by the event that says so. */
  readonly checkState: string | null;
  /** What another system says of the event that it sent; `null` for our own. */
  readonly received: { principal: string | null; timeMillis: number | null } | null;
}

export function factsOf(envelope: JsonObject): Facts {
  const data = member(envelope, "data");
  const actor = member(data, "actor");
  const type = text(envelope.type) ?? "unknown";
  const subject = text(envelope.subject) ?? "unknown";
  const [subjectKind = "unknown", ...rest] = subject.split("/");
  const timeText = text(envelope.time) ?? "";
  return {
    id: text(envelope.id) ?? "unknown",
    type,
    area: type.split(".")[1] ?? "",
    source: text(envelope.source) ?? "unknown",
    subject,
    subjectKind: subjectKind || "unknown",
    subjectId: rest.join("/") || subject,
    timeText,
    timeMillis: millisOf(timeText) ?? 0,
    tenant: text(envelope.tenant),
    principal: text(envelope.principal),
    actorKind: text(envelope.principalkind) ?? "unknown",
    actorName: text(member(actor, "name")) ?? text(member(actor, "component")),
    outcome: text(envelope.outcome),
    leafIndex: wholeNumber(envelope.leafindex),
    correlation: text(envelope.causationid) ?? traceOf(envelope.traceparent),
    severity: severityIn(data) ?? severityIn(member(data, "data")),
    privileges: texts(member(data, "scopes")) ?? texts(member(data, "rights")) ?? [],
    isFailedSignIn:
      type === "runtime.access.denied" &&
      text(member(data, "act"))?.startsWith("identity.sign-in/") === true,
    checkState: type === "runtime.compliance.flipped" ? text(member(data, "state")) : null,
    received: receivedIn(type, data),
  };
}

function receivedIn(type: string, data: JsonValue | undefined): Facts["received"] {
  if (!type.startsWith("runtime.received.")) return null;
  const told = member(data, "received");
  return {
    principal: text(member(told, "principal")),
    timeMillis: millisOf(text(member(told, "time")) ?? ""),
  };
}

/** Falco calls it priority. */
function severityIn(value: JsonValue | undefined): string | null {
  const said = text(member(value, "severity")) ?? text(member(value, "priority"));
  return said?.toLowerCase() ?? null;
}

function millisOf(time: string): number | null {
  const parsed = Date.parse(time);
  return Number.isFinite(parsed) ? parsed : null;
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function texts(value: JsonValue | undefined): string[] | null {
  if (!Array.isArray(value)) return null;
  const found = value.filter((item): item is string => typeof item === "string" && item !== "");
  return found.length > 0 ? found : null;
}

/** CloudEvents has no 64-bit numbers, so an index may stand as text. */
function wholeNumber(value: JsonValue | undefined): number | null {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : null;
}

function traceOf(traceparent: JsonValue | undefined): string | null {
  return text(traceparent)?.split("-")[1] || null;
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? (value as JsonObject)[key] : undefined;
}
