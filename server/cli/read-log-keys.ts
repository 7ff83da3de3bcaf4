import { readFile } from "node:fs/promises";
import { followKeys } from "#server/engines/merkle/follow-keys.ts";
import { parseKeyList } from "#server/engines/merkle/key-list-file.ts";
import type { LogKey } from "#server/engines/merkle/log-key.ts";
import { type NoteVerifier, parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import { UsageError } from "./command.ts";

export interface ReadLogKeys {
  readonly origin: string;
  readonly keys: readonly LogKey[];
  /** What the reader is to be told of the handovers that were followed. */
  readonly told: readonly string[];
}

/**
 * The keys of one log that a caller holds (files with one verifier key a line), and those that the published
 * list leads to from there. Throws `UsageError` for keys of several logs, `MerkleError` for a list that is not true.
 */
export async function readLogKeys(
  files: readonly string[],
  list?: string | undefined,
): Promise<ReadLogKeys> {
  const held = await keysIn(files, parseVerifierKey);
  const [first] = held;
  if (!first || held.some(({ name }) => name !== first.name)) {
    throw new UsageError(
      `--vkey holds keys of several logs: ${[...new Set(held.map(({ name }) => name))].join(", ")}; give those of one.`,
    );
  }
  if (list === undefined) return { origin: first.name, keys: held, told: [] };
  const followed = followKeys(held, parseKeyList(await readFile(list, "utf8")));
  return { origin: first.name, ...followed };
}

/** One key a line; lines that are empty or begin with # are left out. */
export async function keysIn(
  files: readonly string[],
  parse: (text: string) => NoteVerifier,
): Promise<NoteVerifier[]> {
  const keys: NoteVerifier[] = [];
  for (const file of files) {
    const lines = (await readFile(file, "utf8")).split("\n").map((line) => line.trim());
    const found = lines.filter((line) => line !== "" && !line.startsWith("#"));
    if (found.length === 0) throw new UsageError(`${file} holds no key.`);
    for (const line of found) {
      try {
        keys.push(parse(line));
      } catch (error) {
        throw new UsageError(`${file}: ${(error as Error).message}.`);
      }
    }
  }
  return keys;
}
