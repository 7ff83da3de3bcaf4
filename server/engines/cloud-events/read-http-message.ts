import type { JsonValue } from "../canonical-json/canonical-json.ts";
import { parseExact } from "../canonical-json/parse-exact.ts";
import type { EventFault } from "./cloud-event.ts";
import type { Arrived } from "./judge-event.ts";

export const STRUCTURED = "application/cloudevents+json";
export const BATCHED = "application/cloudevents-batch+json";
/** Events in one batch at most. */
export const MOST_IN_BATCH = 1_000;

export interface HttpMessage {
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export type ReadMessage =
  | { readonly mode: "structured" | "binary"; readonly events: readonly [Arrived] }
  | { readonly mode: "batched"; readonly events: readonly Arrived[] }
  /** More events than a batch may have: none of them is looked at. */
  | { readonly mode: "too-many" };

/** A message of the HTTP binding (CloudEvents HTTP §3) as the events that it carries. */
export function readHttpMessage({ headers, body }: HttpMessage): ReadMessage {
  const mediaType = (headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType === BATCHED) {
    const read = jsonOf(body);
    if ("fault" in read) return { mode: "batched", events: [read] };
    if (!Array.isArray(read.original)) {
      return {
        mode: "batched",
        events: [{ ...read, fault: malformed("A batch is a JSON array.") }],
      };
    }
    if (read.original.length > MOST_IN_BATCH) return { mode: "too-many" };
    return { mode: "batched", events: read.original.map((original: JsonValue) => ({ original })) };
  }
  if (mediaType === STRUCTURED) return { mode: "structured", events: [jsonOf(body)] };
  return { mode: "binary", events: [binaryEvent(headers, body)] };
}

/** Whether a message says that it is an event: by its media type, or by the header of its version. */
export function isEventMessage(headers: ReadonlyMap<string, string>): boolean {
  const mediaType = (headers.get("content-type") ?? "").toLowerCase();
  return mediaType.startsWith("application/cloudevents") || headers.has("ce-specversion");
}

/** HTTP §3.1: attributes are headers, percent-encoded; the body is the data. NATS says it the same way. */
export function binaryEvent(headers: ReadonlyMap<string, string>, body: Uint8Array): Arrived {
  const attributes: { [name: string]: JsonValue } = {};
  for (const [name, value] of headers) {
    if (!name.startsWith("ce-")) continue;
    const decoded = percentDecoded(value);
    if (decoded === null) {
      const detail = "A ce- header is not percent-encoded UTF-8.";
      return { original: Object.fromEntries(headersOf(headers)), fault: malformed(detail) };
    }
    attributes[name.slice(3)] = decoded;
  }
  const contentType = headers.get("content-type");
  if (contentType) attributes.datacontenttype = contentType;
  return { original: { ...attributes, ...dataOf(contentType, body) } };
}

function headersOf(headers: ReadonlyMap<string, string>): [string, string][] {
  return [...headers].filter(([name]) => name.startsWith("ce-"));
}

function dataOf(contentType: string | undefined, body: Uint8Array): { [name: string]: JsonValue } {
  if (body.length === 0) return {};
  const text = textOf(body);
  if (text === null) return { data_base64: Buffer.from(body).toString("base64") };
  if (!contentType || /^[^;]*[/+]json\s*(;|$)/i.test(contentType)) {
    try {
      return { data: parseExact(text) };
    } catch {
      return { data: text };
    }
  }
  return { data: text };
}

/** A body that should be JSON: its value, or its text with what is wrong. */
export function jsonOf(body: Uint8Array): Arrived {
  const text = textOf(body);
  if (text === null) {
    return {
      original: Buffer.from(body).toString("base64"),
      fault: malformed("The body is not UTF-8."),
    };
  }
  try {
    return { original: parseExact(text) };
  } catch {
    return { original: text, fault: malformed("The body is not JSON.") };
  }
}

function malformed(detail: string): EventFault {
  return { reason: "malformed", field: "body", detail };
}

function textOf(body: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
}

/** HTTP §3.1.3.2, with the quotes of the older form taken off. */
function percentDecoded(value: string): string | null {
  const bare = /^".*"$/s.test(value) ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;
  try {
    return decodeURIComponent(bare);
  } catch {
    return null;
  }
}
