import type { JsonValue } from "../canonical-json/canonical-json.ts";
import { parseExact } from "../canonical-json/parse-exact.ts";
import { jsonOf } from "../cloud-events/read-http-message.ts";
import { type MappedEvent, malformed } from "./mapped.ts";
import { MAPPERS } from "./mapper-of.ts";

export type SourceKind = keyof typeof MAPPERS;

/**
 * The body of a machine's call as events: one JSON value, or one a line as audit devices and collectors
 * write them. What is no JSON is one thing to be refused, as it came.
 */
export function readWritten(kind: SourceKind, body: Uint8Array, origin: string): MappedEvent[] {
  const whole = jsonOf(body);
  if (!whole.fault) return MAPPERS[kind](whole.original, origin);
  const lines = typeof whole.original === "string" ? whole.original.split("\n") : [];
  const written = lines.map((line) => line.trim()).filter(Boolean);
  if (written.length < 2) return [{ ...whole, home: { kind: "source" } }];
  return written.flatMap((line) => readLine(kind, line, origin));
}

/** One line of a file or a socket. */
export function readLine(kind: SourceKind, line: string, origin: string): MappedEvent[] {
  let value: JsonValue;
  try {
    value = parseExact(line);
  } catch {
    return [malformed(line, "body", "The line is not JSON.")];
  }
  return MAPPERS[kind](value, origin);
}
