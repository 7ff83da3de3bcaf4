import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { StoredContent } from "./content-store.ts";

export interface StagedFile extends StoredContent {
  readonly path: string;
}

/**
 * Writes a stream to a file of its own in `directory` and hashes it on the way; durable when it
 * resolves. Whoever takes it over moves it or removes it.
 */
export async function stageFile(
  directory: string,
  content: AsyncIterable<Uint8Array>,
): Promise<StagedFile> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, randomUUID());
  const file = await open(path, "wx", 0o400);
  try {
    const staged = await written(file, content);
    await file.sync();
    return { ...staged, path };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function written(
  file: FileHandle,
  content: AsyncIterable<Uint8Array>,
): Promise<StoredContent> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const piece of content) {
    hash.update(piece);
    await file.writeFile(piece);
    size += piece.length;
  }
  return { digest: hash.digest("hex"), size };
}
