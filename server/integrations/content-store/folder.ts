import { createReadStream } from "node:fs";
import { link, mkdir, open, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { checkedBytes } from "./checked-bytes.ts";
import { type ContentStore, keyOf } from "./content-store.ts";
import { stageFile } from "./staged-file.ts";

/**
 * A folder on this machine or a mounted one, for every process of the console. A file appears whole and
 * durable or not at all. A folder binds nobody: who may write to it may also take away.
 */
export function folderStore(directory: string): ContentStore {
  const pathOf = (digest: string) => join(directory, keyOf(digest));
  return {
    async put(content) {
      const { path, digest, size } = await stageFile(join(directory, "staging"), content);
      try {
        const target = pathOf(digest);
        await mkdir(dirname(target), { recursive: true });
        // A link fails where the file is already, and never shows half of one.
        await link(path, target).catch(async (error: NodeJS.ErrnoException) => {
          if (error.code !== "EEXIST") throw error;
          await utimes(target, new Date(), new Date()).catch(() => undefined);
        });
        await syncDirectory(dirname(target));
        await syncDirectory(dirname(dirname(target)));
      } finally {
        await rm(path, { force: true });
      }
      return { digest, size };
    },
    async get(digest, range) {
      const path = pathOf(digest);
      if ((await sizeOf(path)) === undefined) return undefined;
      if (!range) return checkedBytes(createReadStream(path), digest);
      if (range.end <= range.start) return nothing();
      return createReadStream(path, { start: range.start, end: range.end - 1 });
    },
    size: (digest) => sizeOf(pathOf(digest)),
    async remove(digest) {
      await rm(pathOf(digest), { force: true });
    },
    close: () => undefined,
  };
}

function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    },
  );
}

/** A new name is durable once its folder is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // Nothing was asked for.
}
