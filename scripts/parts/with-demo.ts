import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { dataLayout } from "../../server/embedded/supervisor/data-layout.ts";
import type { Runtime } from "../../server/embedded/supervisor/runtime-file.ts";
import { supervise } from "../../server/embedded/supervisor/supervise.ts";
import { removeThrowaway, throwawayDirectory } from "../../test/harness/throwaway-directory.ts";

const ANY_PORT = {
  console: 0,
  postgres: 0,
  vault: 0,
  replica: 0,
  hook: 0,
  cluster: 0,
  siem: 0,
  witness: 0,
  idp: 0,
};

/** Runs `work` against a demo of its own: free ports, throwaway data; logs kept in test-results/logs. */
export async function withDemo<Result>(
  root: string,
  signal: AbortSignal,
  work: (runtime: Runtime, dataDir: string) => Promise<Result>,
): Promise<Result> {
  const dataDir = await throwawayDirectory();
  const { logs } = dataLayout(dataDir);
  try {
    const demo = await supervise({
      root,
      sovereign: process.env.DEMO || "omantel",
      dataDir,
      ports: ANY_PORT,
      signal,
      say: (line) => void process.stderr.write(`${line}\n`),
    });
    try {
      return await work(demo.runtime, dataDir);
    } finally {
      await demo.stop();
    }
  } finally {
    // Playwright empties test-results at its start; what the programs logged is put there after it.
    if (existsSync(logs)) {
      cpSync(logs, join(root, "test-results", "logs"), { recursive: true, force: true });
    }
    await removeThrowaway(dataDir);
  }
}
