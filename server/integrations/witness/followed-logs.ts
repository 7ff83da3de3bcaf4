import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { followKeys } from "#server/engines/merkle/follow-keys.ts";
import { keyListFile, parseKeyList } from "#server/engines/merkle/key-list-file.ts";
import type { LogKey } from "#server/engines/merkle/log-key.ts";
import type { NoteVerifier } from "#server/engines/merkle/note-key.ts";

/**
 * The keys of the logs that a witness watches: those it was told, and those that a folder of published lists
 * leads to by handovers. A list that is not true is left aside: what was told still counts.
 */
export class FollowedLogs {
  readonly #told: (origin: string) => readonly NoteVerifier[] | undefined;
  readonly #folder: string | undefined;
  readonly #read = new Map<string, { changed: number; keys: readonly LogKey[] }>();

  constructor(told: (origin: string) => readonly NoteVerifier[] | undefined, folder?: string) {
    this.#told = told;
    this.#folder = folder;
  }

  get(origin: string): readonly LogKey[] | undefined {
    const told = this.#told(origin);
    if (!told || !this.#folder) return told;
    const file = join(this.#folder, keyListFile(origin));
    try {
      const changed = statSync(file).mtimeMs;
      const known = this.#read.get(origin);
      if (known?.changed === changed) return known.keys;
      const list = parseKeyList(readFileSync(file, "utf8"));
      const { keys } = followKeys(told, list);
      this.#read.set(origin, { changed, keys });
      return keys;
    } catch {
      return this.#read.get(origin)?.keys ?? told;
    }
  }
}

/** Verifier keys by the log that they are of; a log may have several. */
export function byOrigin(keys: readonly NoteVerifier[]): Map<string, NoteVerifier[]> {
  const logs = new Map<string, NoteVerifier[]>();
  for (const key of keys) logs.set(key.name, [...(logs.get(key.name) ?? []), key]);
  return logs;
}
