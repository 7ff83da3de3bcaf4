import { symbols } from "pino";
import { logger } from "#server/platform/telemetry/logger.ts";

/** From now on the process's log lines come here, redacted and serialised as they would be printed. */
export function captureLogs(): { since(mark: number): string[]; mark(): number } {
  const lines: string[] = [];
  const internals = logger as unknown as Record<symbol, unknown>;
  internals[symbols.streamSym] = { write: (line: string) => lines.push(line) };
  logger.level = "trace";
  return { since: (mark) => lines.slice(mark), mark: () => lines.length };
}
