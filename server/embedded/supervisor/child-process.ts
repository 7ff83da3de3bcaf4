import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const PRELOAD = join(import.meta.dirname, "exit-with-parent.ts");

export interface ChildSpec {
  readonly name: string;
  /** Arguments of Node: flags, program, its own arguments. */
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly logFile: string;
  readonly cwd: string;
}

export interface RunningProcess {
  readonly pid: number | undefined;
  /** Resolves with how it ended, e.g. `exit code 1`. */
  readonly ended: Promise<string>;
  readonly exitCode: () => number | null;
  stop(graceMillis?: number): Promise<void>;
}

/** Starts one of our own Node programs in a process group of its own, writing to its log file. */
export function startProcess(spec: ChildSpec): RunningProcess {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  const log = openSync(spec.logFile, "a", 0o600);
  const child = spawn(process.execPath, ["--import", PRELOAD, ...spec.args], {
    cwd: spec.cwd,
    env: spec.env as NodeJS.ProcessEnv,
    stdio: ["ignore", log, log, "ipc"],
    detached: true,
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) =>
      resolve(signal ? `killed by ${signal}` : `exit code ${code}`),
    );
  });
  child.on("message", () => undefined);
  return {
    pid: child.pid,
    ended,
    exitCode: () => child.exitCode,
    stop: (grace) => stop(child, ended, grace),
  };
}

async function stop(
  child: ChildProcess,
  ended: Promise<string>,
  graceMillis = 10_000,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMillis);
  await ended;
  clearTimeout(timer);
}

/** The end of a log, to show why a program ended. */
export function lastLines(file: string, count = 12): string {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-count).join("\n");
  } catch {
    return "(no log)";
  }
}
