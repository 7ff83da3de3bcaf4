import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Ports } from "./child-environment.ts";

/** What one start leaves for the next one, and for tools that want to find the running console. */
export interface Runtime {
  readonly sovereign: string;
  readonly consoleUrl: string;
  readonly ports: Ports;
  /** Process ids by name while it runs. */
  readonly pids: Record<string, number>;
}

export function readRuntime(file: string): Runtime | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Runtime;
  } catch {
    return null;
  }
}

export function writeRuntime(file: string, runtime: Runtime): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(runtime, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
