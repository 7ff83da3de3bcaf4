import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** Where peers are kept between runs: `CONSOLE_CACHE_DIR`, else the user's cache directory. */
export function peerCacheDirectory(environment = process.env): string {
  if (environment.CONSOLE_CACHE_DIR) return environment.CONSOLE_CACHE_DIR;
  return join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "sovereign-console");
}

/**
 * The cached directory of this name, made by `fill` when absent. It appears whole or not at all:
 * a run that was cut off, or one beside ours, leaves no half of it.
 */
export async function cachedDirectory(
  name: string,
  fill: (directory: string) => Promise<void>,
): Promise<string> {
  const target = join(peerCacheDirectory(), name);
  if (await exists(target)) return target;
  await mkdir(peerCacheDirectory(), { recursive: true });
  const partial = await mkdtemp(`${target}.partial-`);
  try {
    await fill(partial);
    await rename(partial, target).catch(async (error: unknown) => {
      if (!(await exists(target))) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return target;
}

/** Throws unless the file's SHA-256 (hex) is the pinned one. */
export async function verifySha256(file: string, expected: string): Promise<void> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  const actual = hash.digest("hex");
  if (actual !== expected) {
    throw new Error(`${file} has SHA-256 ${actual}, but ${expected} is pinned: not using it`);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
