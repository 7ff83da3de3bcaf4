import { type CommandResult, runCommand } from "./run-command.ts";
import { withDemo } from "./with-demo.ts";

/** Starts a demo of its own and drives it with Playwright. */
export function endToEnd(
  root: string,
  signal: AbortSignal,
  playwrightArgs: readonly string[] = [],
): Promise<CommandResult> {
  return withDemo(root, signal, ({ consoleUrl }, dataDir) =>
    runCommand("playwright", ["test", ...playwrightArgs], {
      cwd: root,
      signal,
      env: { E2E_BASE_URL: consoleUrl, E2E_DATA_DIR: dataDir },
    }),
  );
}
