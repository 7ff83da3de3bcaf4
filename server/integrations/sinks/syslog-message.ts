import type { z } from "zod";
import type { SyslogTlsConfig } from "#server/engines/delivery/sink-kinds.ts";
import { documentOf } from "./document-of.ts";
import type { DeliverableEvent, JsonObject } from "./sink.ts";

/** Facility 13, "log audit" (RFC 5424 §6.2.1). */
const FACILITY = 13;
const NOTICE = 5;
const WARNING = 4;
const BOM = "\uFEFF";

/** How a sink wants its messages, as its configuration says. */
export type MessageForm = Pick<
  z.infer<typeof SyslogTlsConfig>,
  "format" | "maxMessageBytes" | "enterpriseNumber"
>;

/**
 * One message of RFC 5424: the facts by which an event is found as structured data, the event itself
 * as JSON. One that would be longer than `maxMessageBytes` goes without its payload and says
 * `trimmed="data"`; `null` when it is too long even so.
 */
export function syslogMessage(event: DeliverableEvent, form: MessageForm): string | null {
  const { format, maxMessageBytes } = form;
  const sdId = `audit@${form.enterpriseNumber}`;
  const whole = messageOf(event, documentOf(event, format), { sdId });
  if (Buffer.byteLength(whole) <= maxMessageBytes) return whole;
  const short = messageOf(event, trimmed(event, format), { sdId, trimmed: "data" });
  return Buffer.byteLength(short) <= maxMessageBytes ? short : null;
}

/** A frame of RFC 6587 §3.4.1, which RFC 5425 asks for: the octets counted, a space, the message. */
export function octetCounted(message: string): Buffer {
  const bytes = Buffer.from(message, "utf8");
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}

function messageOf(
  event: DeliverableEvent,
  document: JsonObject,
  { sdId, trimmed = "" }: { sdId: string; trimmed?: string },
): string {
  const { envelope } = event;
  const severity = envelope.outcome === "succeeded" ? NOTICE : WARNING;
  const parameters: (readonly [string, string])[] = [
    ["id", event.id],
    ["type", event.type],
    ["tenant", event.tenantId],
    ["leafindex", String(event.seq)],
    ["leafhash", text(envelope.leafhash)],
    ["outcome", text(envelope.outcome)],
    ["trimmed", trimmed],
  ];
  const data = parameters
    .filter(([, value]) => value !== "")
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join("");
  const header = [
    `<${FACILITY * 8 + severity}>1`,
    event.occurredAt.toISOString(),
    word(/^\/\/([^/]+)/.exec(text(envelope.source))?.[1] ?? "", 255),
    "sovereign-console",
    "-",
    word(event.type.replace(/^runtime\./, ""), 32),
  ].join(" ");
  return `${header} [${sdId}${data}] ${BOM}${JSON.stringify(document)}`;
}

function trimmed(event: DeliverableEvent, format: "cloudevents" | "ocsf"): JsonObject {
  const { data: _data, ...rest } = event.envelope;
  if (format !== "ocsf" || !event.ocsf) return rest;
  const { unmapped: _unmapped, ...short } = event.ocsf;
  return short;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A header field: printable ASCII without a space, `-` for nothing (RFC 5424 §6). */
function word(value: string, longest: number): string {
  return value.replaceAll(/[^\x21-\x7e]/g, "_").slice(0, longest) || "-";
}

/** In a value of structured data `"`, `\` and `]` are escaped (RFC 5424 §6.3.3). */
function escaped(value: string): string {
  return value.replaceAll(/["\\\]]/g, "\\$&");
}
