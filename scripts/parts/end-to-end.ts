import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { dataLayout } from "../../server/embedded/supervisor/data-layout.ts";
import { supervise } from "../../server/embedded/supervisor/supervise.ts";
import { removeThrowaway, throwawayDirectory } from "../../test/harness/throwaway-directory.ts";
import { type CommandResult, runCommand } from "./run-command.ts";

const ANY_PORT = { console: 0, postgres: 0, vault: 0, idp: 0 };

/** Starts a demo of its own (free ports, throwaway data) and drives it with Playwright. */
export async function endToEnd(
  root: string,
  signal: AbortSignal,
  playwrightArgs: readonly string[] = [],
): Promise<CommandResult> {
  const dataDir = await throwawayDirectory();
  const layout = dataLayout(dataDir);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  try {
    const demo = await supervise({
      root,
      sovereign: process.env.DEMO || "omantel",
      dataDir,
      ports: ANY_PORT,
      signal,
      say,
    });
    try {
      return await runCommand("playwright", ["test", ...playwrightArgs], {
        cwd: root,
        signal,
        env: { E2E_BASE_URL: demo.runtime.consoleUrl, E2E_DATA_DIR: dataDir },
      });
    } finally {
      await demo.stop();
    }
  } finally {
    // Playwright empties test-results at its start; what the programs logged is kept beside it.
    const kept = join(root, "test-results", "logs");
    if (existsSync(layout.logs)) cpSync(layout.logs, kept, { recursive: true, force: true });
    await removeThrowaway(dataDir);
  }
}
