import "server-only";
import { pino } from "pino";

const REDACTED_PATHS = [
  "authorization",
  "cookie",
  "password",
  "token",
  "secret",
  "value",
  "access_token",
  "refresh_token",
  "id_token",
  "client_secret",
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `headers["${name}"]`]);

/** JSON lines on standard output. Log ids and codes, never inputs or outputs (law 6). */
export const logger = pino({
  level: process.env.LOG_LEVEL ?? "info",
  base: { process: process.env.CONSOLE_PROCESS ?? "web" },
  redact: { paths: REDACTED_PATHS, censor: "[redacted]" },
  formatters: { level: (label) => ({ level: label }) },
  timestamp: pino.stdTimeFunctions.isoTime,
  serializers: { err: describeError, error: describeError },
});

/** Message and stack only: driver errors carry parameters and rows in other properties. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(typeof code === "string" ? { code } : {}),
    ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {}),
  };
}
