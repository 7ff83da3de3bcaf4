import "server-only";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LogKeyList } from "#server/engines/merkle/follow-keys.ts";
import { keyListFile } from "#server/engines/merkle/key-list-file.ts";

/**
 * Writes the keys of a log to a folder that witnesses and auditors read, in the place of what was there. Nothing in
 * it is secret, and nothing of it is believed but the handovers.
 */
export async function publishKeyList(folder: string, list: LogKeyList): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, keyListFile(list.origin));
  await writeFile(`${file}.new`, `${JSON.stringify(list, null, 2)}\n`);
  await rename(`${file}.new`, file);
}
