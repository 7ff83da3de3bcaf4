import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { lastLines } from "./child-process.ts";
import { AlreadyRunningError, acquireLock } from "./lock-file.ts";
import { sourceDigest } from "./source-digest.ts";

export interface BuildOptions {
  readonly root: string;
  readonly logFile: string;
  readonly signal?: AbortSignal;
  /** Called when a build is really needed, before it starts. */
  readonly onBuild?: () => void;
}

const stampOf = (root: string) => join(root, ".next", "source-digest");

export function isBuilt(root: string, digest: string): boolean {
  const stamp = stampOf(root);
  return (
    existsSync(join(root, ".next", "BUILD_ID")) &&
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === digest
  );
}

async function lockBuild(root: string, signal?: AbortSignal): Promise<() => void> {
  for (;;) {
    try {
      return acquireLock(join(root, ".data", "build.lock"), "A build of the console");
    } catch (error) {
      if (!(error instanceof AlreadyRunningError)) throw error;
      await wait(250, undefined, signal ? { signal } : {});
    }
  }
}

/** Makes the production build when the sources changed since the last one; one build at a time. */
export async function ensureBuilt(options: BuildOptions): Promise<void> {
  if (isBuilt(options.root, sourceDigest(options.root))) return;
  const release = await lockBuild(options.root, options.signal);
  try {
    const digest = sourceDigest(options.root);
    if (isBuilt(options.root, digest)) return;
    options.onBuild?.();
    await runBuild(options);
    writeFileSync(stampOf(options.root), digest);
  } finally {
    release();
  }
}

async function runBuild({ root, logFile, signal }: BuildOptions): Promise<void> {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, "w", 0o600);
  const child = spawn(process.execPath, [join(root, "node_modules/next/dist/bin/next"), "build"], {
    cwd: root,
    stdio: ["ignore", log, log],
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
    ...(signal ? { signal } : {}),
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  if (code !== 0) {
    throw new Error(
      `The console could not be built. The end of ${logFile}:\n${lastLines(logFile, 40)}`,
    );
  }
}
