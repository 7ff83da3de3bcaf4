import type { JsonValue } from "../canonical-json/canonical-json.ts";

export type JsonObject = { readonly [key: string]: JsonValue };

/** A CloudEvents 1.0 event in its JSON form, its attributes checked (CloudEvents §3, JSON format §3). */
export interface CloudEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string | null;
  /** RFC 3339, in UTC. */
  readonly time: string | null;
  readonly datacontenttype: string | null;
  readonly dataschema: string | null;
  readonly extensions: { readonly [name: string]: string | number | boolean };
  /** Base64 where the event carries bytes. */
  readonly data: JsonValue;
  readonly isBinary: boolean;
}

/** Why something is not taken, in words that quote nothing of what was sent. */
export interface EventFault {
  readonly reason: "malformed" | "foreign-tenant" | "too-large" | "secret" | "id-reused";
  readonly field: string | null;
  readonly detail: string;
}

/** An event may be this large, as UTF-8 JSON: what every intermediary must forward (CloudEvents §5). */
export const MOST_EVENT_BYTES = 64 * 1024;
const DEEPEST = 32;

const OWN = new Set([
  "specversion",
  "id",
  "source",
  "type",
  "subject",
  "time",
  "datacontenttype",
  "dataschema",
  "data",
  "data_base64",
]);
const RFC_3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const URI_REFERENCE = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/;
const MEDIA_TYPE = /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}(?:\s*;.{0,200})?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Reads an event of the JSON format, or says which attribute is at fault and what it must be. */
export function readCloudEvent(value: JsonValue): CloudEvent | EventFault {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return fault(null, "is no JSON object");
  }
  const event = value as JsonObject;
  if (!isShallow(event, DEEPEST)) return fault("data", "is nested deeper than 32 levels");
  // JSON format §2.2: an attribute that is null is not there.
  const given = Object.entries(event).filter(([, member]) => member !== null);
  const named = new Map(given);
  if (named.get("specversion") !== "1.0") return fault("specversion", 'must be "1.0"');
  const id = text(named.get("id"), 256);
  if (id === undefined) return fault("id", "must be a text of 1 to 256 characters");
  const source = text(named.get("source"), 512);
  if (source === undefined || !URI_REFERENCE.test(source)) {
    return fault("source", "must be a URI reference of 1 to 512 characters");
  }
  const type = text(named.get("type"), 256);
  if (type === undefined) return fault("type", "must be a text of 1 to 256 characters");
  const rest: { [name in "subject" | "datacontenttype" | "dataschema"]: string | null } = {
    subject: null,
    datacontenttype: null,
    dataschema: null,
  };
  for (const name of ["subject", "datacontenttype", "dataschema"] as const) {
    if (!named.has(name)) continue;
    const said = text(named.get(name), 512);
    if (said === undefined) return fault(name, "must be a text of 1 to 512 characters");
    rest[name] = said;
  }
  if (rest.datacontenttype !== null && !MEDIA_TYPE.test(rest.datacontenttype)) {
    return fault("datacontenttype", "must be a media type");
  }
  if (rest.dataschema !== null && !URI_REFERENCE.test(rest.dataschema)) {
    return fault("dataschema", "must be a URI");
  }
  const time = named.get("time");
  if (time !== undefined && !isTime(time))
    return fault("time", "must be a time as RFC 3339 has it");
  const extensions: { [name: string]: string | number | boolean } = {};
  for (const [name, member] of given) {
    if (OWN.has(name)) continue;
    if (!/^[a-z0-9]{1,40}$/.test(name)) {
      return fault(null, "has an attribute whose name is not of lower-case letters and digits");
    }
    if (typeof member === "object") return fault(name, "must be a text, a number or a boolean");
    if (typeof member === "string" && text(member, 1_024) === undefined && member !== "") {
      return fault(name, "must be a text of 1,024 characters at most");
    }
    if (typeof member === "number" && !Number.isInteger(member)) {
      return fault(name, "must be a whole number");
    }
    extensions[name] = member as string | number | boolean;
  }
  const bytes = named.get("data_base64");
  if (bytes !== undefined && named.has("data")) {
    return fault("data_base64", "can't stand beside data");
  }
  if (bytes !== undefined && (typeof bytes !== "string" || !BASE64.test(bytes))) {
    return fault("data_base64", "must be base64");
  }
  return {
    id,
    source,
    type,
    ...rest,
    time: time === undefined ? null : new Date(time as string).toISOString(),
    extensions,
    data: bytes ?? event.data ?? null,
    isBinary: bytes !== undefined,
  };
}

export function isFault(read: object): read is EventFault {
  return "reason" in read;
}

function fault(field: string | null, words: string): EventFault {
  return { reason: "malformed", field, detail: `${field ?? "The event"} ${words}.` };
}

/** CloudEvents §3.1: no control characters, no noncharacters' halves. */
function text(value: JsonValue | undefined, most: number): string | undefined {
  if (typeof value !== "string" || value.length === 0 || value.length > most) return undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that must not be there
  return /[\u0000-\u001f\u007f-\u009f]/.test(value) || !value.isWellFormed() ? undefined : value;
}

function isTime(value: JsonValue): boolean {
  return (
    typeof value === "string" && RFC_3339.test(value) && !Number.isNaN(new Date(value).getTime())
  );
}

function isShallow(value: JsonValue, levels: number): boolean {
  if (value === null || typeof value !== "object") return true;
  if (levels === 0) return false;
  return Object.values(value).every((member) => isShallow(member as JsonValue, levels - 1));
}
