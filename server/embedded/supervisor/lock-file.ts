import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

interface Holder {
  readonly pid: number;
  /** Start time of that process in clock ticks (Linux), which tells a reused process id apart. */
  readonly started: string | null;
}

export class AlreadyRunningError extends Error {
  readonly pid: number;
  constructor(pid: number, what: string) {
    super(
      `${what} is already running (process ${pid}). Stop it with Ctrl-C in its terminal or \`kill ${pid}\`, then try again.`,
    );
    this.pid = pid;
  }
}

function startTime(pid: number): string | null {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return null;
  const text = readFileSync(file, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

function isHeld(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return startTime(holder.pid) === holder.started;
}

function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return null;
  }
}

/**
 * Takes the lock or throws AlreadyRunningError naming the process that holds it. The lock of a
 * process that died without releasing it is taken over. Returns the release.
 */
export function acquireLock(file: string, what: string): () => void {
  mkdirSync(dirname(file), { recursive: true });
  const mine: Holder = { pid: process.pid, started: startTime(process.pid) };
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = openSync(file, "wx", 0o600);
      writeSync(handle, JSON.stringify(mine));
      closeSync(handle);
      return () => {
        if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const holder = readHolder(file);
      if (holder && isHeld(holder)) throw new AlreadyRunningError(holder.pid, what);
      if (attempt >= 5) throw new Error(`The lock ${file} cannot be taken: delete it.`);
      rmSync(file, { force: true });
    }
  }
}
