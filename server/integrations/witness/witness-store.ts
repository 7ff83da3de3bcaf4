import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { WitnessedHead } from "#server/engines/merkle/add-checkpoint.ts";
import { fromBase64, parseUint64, toBase64 } from "#server/engines/merkle/bytes.ts";

/**
 * What a witness cosigned last of each log, one file a log. Only one process may keep a folder: a
 * second one is refused. A witness whose folder is lost must be given a new key.
 */
export class WitnessStore {
  readonly #directory: string;
  readonly #lock: string;

  /** Throws when another process keeps the folder. */
  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#lock = join(directory, "lock");
    this.#take();
  }

  last(origin: string): WitnessedHead | undefined {
    const file = this.#fileOf(origin);
    if (!existsSync(file)) return undefined;
    const [known, size, root] = readFileSync(file, "utf8").split("\n");
    if (known !== origin || !size || !root) throw new Error(`${file} is damaged`);
    return { size: parseUint64(size), root: fromBase64(root) };
  }

  /** Durable when it returns: written aside, synchronized, then put in place. */
  keep(origin: string, { size, root }: WitnessedHead): void {
    const file = this.#fileOf(origin);
    const aside = `${file}.new`;
    const handle = openSync(aside, "w", 0o600);
    try {
      writeSync(handle, `${origin}\n${size}\n${toBase64(root)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(aside, file);
    const folder = openSync(this.#directory, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }

  close(): void {
    rmSync(this.#lock, { force: true });
  }

  #fileOf(origin: string): string {
    return join(this.#directory, `${createHash("sha256").update(origin).digest("hex")}.head`);
  }

  #take(): void {
    try {
      const handle = openSync(this.#lock, "wx", 0o600);
      writeSync(handle, String(process.pid));
      closeSync(handle);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const owner = Number(readFileSync(this.#lock, "utf8"));
      if (isAlive(owner)) {
        throw new Error(`${this.#directory} is kept by process ${owner}: one witness a folder`);
      }
      rmSync(this.#lock, { force: true });
      this.#take();
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
