import { dataLayout } from "../../server/embedded/supervisor/data-layout.ts";
import { loggedTrouble } from "./logged-trouble.ts";
import { type CommandResult, runCommand } from "./run-command.ts";
import { withDemo } from "./with-demo.ts";

/**
 * Starts a demo of its own and drives it with Playwright. The run fails as well when the console or
 * the worker logged an error meanwhile: what a page does not show is still trouble.
 */
export function endToEnd(
  root: string,
  signal: AbortSignal,
  playwrightArgs: readonly string[] = [],
): Promise<CommandResult> {
  return withDemo(root, signal, async ({ consoleUrl }, dataDir) => {
    const driven = await runCommand("playwright", ["test", ...playwrightArgs], {
      cwd: root,
      signal,
      env: { E2E_BASE_URL: consoleUrl, E2E_DATA_DIR: dataDir },
    });
    // Before the demo stops: its ends are cut, and say so.
    const trouble = signal.aborted ? [] : loggedTrouble(dataLayout(dataDir).logs);
    if (trouble.length === 0) return driven;
    const lines = trouble.map((reason) => `  logged as an error: ${reason}`);
    process.stderr.write(`${lines.join("\n")}\n`);
    const failures = [...(driven.failures ?? []), ...lines];
    return { code: driven.code || 1, closingLines: [...driven.closingLines, ...lines], failures };
  });
}
