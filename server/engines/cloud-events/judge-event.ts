import { canonicalJson, type JsonValue } from "../canonical-json/canonical-json.ts";
import { holdsKnownSecret } from "../secret-shapes/holds-known-secret.ts";
import { MASK, maskKnownSecrets, maskText } from "../secret-shapes/mask-known-secrets.ts";
import {
  type CloudEvent,
  type EventFault,
  isFault,
  type JsonObject,
  MOST_EVENT_BYTES,
  readCloudEvent,
} from "./cloud-event.ts";

/** Something that came in: an event's envelope, or a text that is none. */
export interface Arrived {
  readonly original: JsonValue;
  /** What was found wrong with it before. */
  readonly fault?: EventFault;
}

/** What is kept of something that is not taken: at most 64 KiB, nothing in it that looks like a secret. */
export interface Kept {
  readonly text: string;
  readonly sizeBytes: number;
  readonly isCut: boolean;
  readonly isMasked: boolean;
}

export type JudgedEvent =
  | {
      readonly kind: "event";
      readonly event: CloudEvent;
      /** The whole event as RFC 8785 text, as it was sent: what tells two events of one id apart. */
      readonly exact: string;
      /** Dotted paths of what was masked. */
      readonly masked: readonly string[];
    }
  | {
      readonly kind: "refused";
      readonly fault: EventFault;
      readonly kept: Kept;
      readonly exact: string;
    };

/** Attributes that tell events apart: a secret in one of them can't be masked, so the event is not taken. */
const IDENTIFYING = ["id", "source", "type", "subject", "datacontenttype", "dataschema"] as const;

/**
 * Whether an event may stand in the log of `tenant`: well-formed, no larger than 64 KiB, of no other
 * tenant. What looks like a secret is masked in data and extensions, and refused in an attribute that
 * says which event it is.
 */
export function judgeEvent({ original, fault }: Arrived, tenant: string): JudgedEvent {
  const exact = textOf(original);
  const refuse = (because: EventFault): JudgedEvent => ({
    kind: "refused",
    fault: because,
    kept: keptOf(original, exact),
    exact,
  });
  if (fault) return refuse(fault);
  if (Buffer.byteLength(exact) > MOST_EVENT_BYTES) {
    return refuse({ reason: "too-large", field: null, detail: "The event is larger than 64 KiB." });
  }
  const event = readCloudEvent(original);
  if (isFault(event)) return refuse(event);
  const { tenant: named } = event.extensions;
  if (named !== undefined && named !== tenant) {
    // The same words whether there is such a tenant or not (law 12).
    return refuse({ reason: "foreign-tenant", field: "tenant", detail: "No such tenant." });
  }
  const shown = IDENTIFYING.find((name) => holdsKnownSecret(event[name] ?? ""));
  if (shown) {
    const detail = `${shown} looks like a secret, and can't be masked without becoming another event.`;
    return refuse({ reason: "secret", field: shown, detail });
  }
  const data = maskKnownSecrets({ data: hidesSecret(event) ? MASK : event.data });
  const extensions = maskKnownSecrets(event.extensions);
  return {
    kind: "event",
    event: {
      ...event,
      data: (data.value as JsonObject).data ?? null,
      extensions: extensions.value as CloudEvent["extensions"],
    },
    exact,
    masked: [...(hidesSecret(event) ? ["data"] : []), ...data.paths, ...extensions.paths],
  };
}

/** Whether bytes are a text with a secret in it. */
function hidesSecret({ data, isBinary }: CloudEvent): boolean {
  return isBinary && hidesBase64(String(data));
}

function hidesBase64(data: string): boolean {
  return holdsKnownSecret(Buffer.from(data, "base64").toString("utf8"));
}

function withoutHidden(original: JsonValue): JsonValue {
  if (original === null || typeof original !== "object" || Array.isArray(original)) return original;
  const { data_base64: data, ...rest } = original as JsonObject;
  const isHidden = typeof data === "string" && hidesBase64(data);
  return isHidden ? { ...rest, data: MASK } : original;
}

/** As it came, masked, and cut where it is too long. */
function keptOf(original: JsonValue, exact: string): Kept {
  const sizeBytes = Buffer.byteLength(exact);
  const shown = withoutHidden(original);
  const { value, paths } = maskKnownSecrets(shown);
  const isMasked = paths.length > 0 || shown !== original;
  const whole = typeof value === "string" ? value : JSON.stringify(value);
  const bytes = Buffer.from(whole);
  if (bytes.length <= MOST_EVENT_BYTES) {
    return { text: whole, sizeBytes, isCut: false, isMasked };
  }
  // A character that the cut went through is left out.
  const cut = new TextDecoder().decode(bytes.subarray(0, MOST_EVENT_BYTES)).replace(/\ufffd+$/, "");
  const text = maskText(cut);
  return { text, sizeBytes, isCut: true, isMasked: isMasked || text !== cut };
}

function textOf(original: JsonValue): string {
  if (typeof original === "string") return original;
  try {
    return canonicalJson(original);
  } catch {
    // Half a character: it is refused for that below, and needs no canonical form.
    return JSON.stringify(original);
  }
}
