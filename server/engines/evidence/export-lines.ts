import { canonicalJson, type JsonValue } from "../canonical-json/canonical-json.ts";
import { envelopeEvent } from "./envelope-event.ts";
import type { PackLeaf } from "./write-pack.ts";

export const CSV_COLUMNS = [
  "index",
  "time",
  "type",
  "subject",
  "outcome",
  "actor_kind",
  "actor",
  "actor_name",
  "source",
  "trace",
  "id",
  "payload_state",
  "payload",
] as const;

export const CSV_EVENTS_HEAD = `${CSV_COLUMNS.join(",")}\r\n`;

/** An event as a line of CSV (RFC 4180); the payload is one cell of RFC 8785 JSON. */
export function csvLine(leaf: PackLeaf): string {
  const event = envelopeEvent(JSON.parse(leaf.envelope) as JsonValue, leaf.index, leaf.payload);
  const cells = [
    leaf.index.toString(),
    event.recordedAt.toISOString(),
    event.type,
    event.subject,
    event.outcome,
    event.actorKind,
    event.actorRef,
    event.actorNames[0] ?? "",
    event.source,
    event.traceId,
    event.eventId,
    leaf.state,
    leaf.state === "intact" ? canonicalJson(leaf.payload) : "",
  ];
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/**
 * A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it (OWASP, CSV
 * injection), also behind spaces and control characters, which spreadsheets drop.
 */
export function csvCell(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const guarded = /^[\s\u0000-\u001f\u00a0\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20|%\t\r]/.test(text)
    ? `'${text}`
    : text;
  return /[",\r\n]/.test(guarded) || guarded !== text
    ? `"${guarded.replaceAll('"', '""')}"`
    : guarded;
}

/** An event as a line of NDJSON: its place, the entry of the log itself, and the payload where it can be read. */
export function ndjsonLine({ index, envelope, payload, state }: PackLeaf): string {
  const entry = JSON.parse(envelope) as JsonValue;
  return `${canonicalJson({ index: index.toString(), envelope: entry, payload: state === "intact" ? payload : null, payloadState: state })}\n`;
}
