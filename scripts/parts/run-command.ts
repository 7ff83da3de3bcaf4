import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

export interface CommandResult {
  readonly code: number;
  /** The runner's own closing lines, e.g. `Tests  120 passed (120)`. */
  readonly closingLines: string[];
}

/** What Vitest and Playwright say at their end. */
const CLOSING =
  /^\s*(Test Files|Tests)\s{2,}.*\(\d+\)\s*$|^\s*\d+ (passed|failed|flaky|skipped|did not run|interrupted)( \([\d.]+m?s?\))?\s*$/;
const KEPT_CHARACTERS = 20_000;

export function closingLinesOf(output: string): string[] {
  const lines = stripVTControlCharacters(output).split("\n");
  return lines.filter((line) => CLOSING.test(line)).map((line) => line.trimEnd());
}

/** Runs a program of node_modules/.bin or PATH, passing its output on. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string>; signal?: AbortSignal },
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        NO_COLOR: "1",
        FORCE_COLOR: undefined,
        NEXT_TELEMETRY_DISABLED: "1",
        ...options.env,
      },
      ...(options.signal ? { signal: options.signal, killSignal: "SIGTERM" as const } : {}),
    });
    let tail = "";
    child.stdout.on("data", (chunk: Buffer) => {
      process.stdout.write(chunk);
      tail = (tail + chunk.toString()).slice(-KEPT_CHARACTERS);
    });
    child.stderr.on("data", (chunk: Buffer) => process.stderr.write(chunk));
    child.once("error", (error) => (error.name === "AbortError" ? undefined : reject(error)));
    child.once("close", (code) => resolve({ code: code ?? 1, closingLines: closingLinesOf(tail) }));
  });
}
