import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Programs of ours whose log may hold no error while they are driven. */
const PROGRAMS = ["console", "worker"] as const;

/** Who wrote it, and what exactly: `worker: due work failed: connect ECONNREFUSED`. */
export type Reason = string;

/**
 * What a run may log as an error and be whole, by its exact reason, each with why. Nothing belongs
 * here that a person would have to look after.
 */
export const EXPECTED: ReadonlyMap<Reason, string> = new Map([]);

/** Next says what was not caught with this sign, in words and not as JSON. */
const UNCAUGHT = /^\s*⨯\s|^(Uncaught|\w*Error:)/;

/** The errors and fatal ends that a log holds, each reason once, in order; unless they are expected. */
export function troubleIn(
  program: string,
  log: string,
  expected: ReadonlyMap<Reason, string> = EXPECTED,
): Reason[] {
  const reasons = log.split("\n").flatMap((line) => reasonOf(line) ?? []);
  const named = reasons.map((reason) => `${program}: ${reason}`);
  return [...new Set(named)].filter((reason) => !expected.has(reason));
}

function reasonOf(line: string): string | null {
  if (!line.startsWith("{")) return UNCAUGHT.test(line) ? line.trim() : null;
  let entry: { level?: unknown; msg?: unknown; err?: { message?: unknown } };
  try {
    entry = JSON.parse(line);
  } catch {
    // A line that was cut off in its middle says nothing for certain.
    return null;
  }
  if (entry.level !== "error" && entry.level !== "fatal") return null;
  const message = typeof entry.err?.message === "string" ? entry.err.message : "";
  return [String(entry.msg ?? ""), message].filter(Boolean).join(": ");
}

/** The same of every program of an installation that still runs. */
export function loggedTrouble(logs: string): Reason[] {
  return PROGRAMS.flatMap((program) => {
    const file = join(logs, `${program}.log`);
    return existsSync(file) ? troubleIn(program, readFileSync(file, "utf8")) : [];
  });
}
