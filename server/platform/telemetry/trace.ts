import { randomBytes } from "node:crypto";

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The caller's W3C traceparent when it is well-formed, else a new one (Trace Context §3.2). */
export function traceparentOf(header: string | null): string {
  const match = header ? TRACEPARENT.exec(header) : null;
  if (match && !/^0+$/.test(match[1] ?? "") && !/^0+$/.test(match[2] ?? "")) return match[0];
  return `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-01`;
}

/** The trace id (32 hex digits) of a traceparent. */
export function traceIdOf(traceparent: string): string {
  return traceparent.split("-")[1] ?? "";
}
