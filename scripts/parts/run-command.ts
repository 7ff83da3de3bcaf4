import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

export interface CommandResult {
  readonly code: number;
  /** The runner's own closing lines, e.g. `Tests  120 passed (120)`. */
  readonly closingLines: string[];
  /** Why it failed: the tests by name, or else the last lines it wrote. Empty when it passed. */
  readonly failures?: string[];
}

/** What Vitest and Playwright say at their end. */
const CLOSING =
  /^\s*(Test Files|Tests)\s{2,}.*\(\d+\)\s*$|^\s*\d+ (passed|failed|flaky|skipped|did not run|interrupted)( \([\d.]+m?s?\))?\s*$/;
/** How Vitest heads what it says of a failed test, and Playwright. */
const FAILED = /^\s*FAIL\s+\S.*$|^\s*\d+\) \[\w+\] › .*$/;
const KEPT_CHARACTERS = 20_000;
const MOST_FAILURES = 60;
const LAST_LINES = 15;
/** A child that a killed test left behind may hold the pipe open for ever. */
const PIPE_MILLIS = 10_000;

export function closingLinesOf(output: string): string[] {
  const lines = stripVTControlCharacters(output).split("\n");
  return lines.filter((line) => CLOSING.test(line)).map((line) => line.trimEnd());
}

/** Names of failed tests in one run's output, each once. */
export function failedTestsOf(lines: readonly string[]): string[] {
  const named = lines.filter((line) => FAILED.test(line)).map((line) => line.trim());
  return [...new Set(named.map((line) => line.replace(/\s*─+$/, "")))].slice(0, MOST_FAILURES);
}

/** Runs a program of node_modules/.bin or PATH, passing its output on. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: {
    cwd: string;
    env?: Record<string, string>;
    signal?: AbortSignal;
    pipeMillis?: number;
  },
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
    let both = "";
    const failed: string[] = [];
    const note = (chunk: Buffer) => {
      const lines = stripVTControlCharacters(both + chunk.toString()).split("\n");
      failed.push(...lines.slice(0, -1).filter((line) => FAILED.test(line)));
      both = lines.slice(-LAST_LINES - 1).join("\n");
    };
    child.stdout.on("data", (chunk: Buffer) => {
      process.stdout.write(chunk);
      tail = (tail + chunk.toString()).slice(-KEPT_CHARACTERS);
      note(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      process.stderr.write(chunk);
      note(chunk);
    });
    child.once("error", (error) => (error.name === "AbortError" ? undefined : reject(error)));
    const ended = (given: number | null) => {
      const code = given ?? 1;
      const named = failedTestsOf(failed);
      const why = named.length > 0 ? named : both.split("\n").filter((line) => line.trim());
      resolve({ code, closingLines: closingLinesOf(tail), failures: code === 0 ? [] : why });
    };
    child.once("close", ended);
    child.once("exit", (code) => {
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        ended(code);
      }, options.pipeMillis ?? PIPE_MILLIS).unref();
    });
  });
}
