import type { Answer } from "./call-procedure.ts";

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/**
 * An answer without what differs between any two calls: ids, digests, trace ids, times, and the texts
 * that the caller sent. Two calls that must not be told apart have the same rest.
 */
export function withoutAccidents(answer: Answer, sent: readonly string[]): string {
  let text = `${answer.status}\n${answer.text}`;
  // First what is ours: a short text that was sent may well stand in the middle of a trace id.
  text = text.replace(/\b[0-9a-f]{32}\b/g, (each) => (sent.includes(each) ? each : "<trace>"));
  for (const value of sent) text = text.replaceAll(value, "<sent>");
  return text
    .replace(UUID, "<id>")
    .replace(/[0-9a-f]{64}/g, "<digest>")
    .replace(/[0-9a-f]{32}/g, "<trace>")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>");
}

/** Every text in an input: what an answer may repeat without telling anything. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return value.length > 2 ? [value] : [];
  if (value === null || typeof value !== "object" || value instanceof Date) return [];
  return Object.entries(value).flatMap(([, item]) => textsIn(item));
}
