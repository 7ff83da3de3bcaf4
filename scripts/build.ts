/** `npm run build`: the production build, unless the sources are those of the last one. */
import { join } from "node:path";
import { ensureBuilt } from "../server/embedded/supervisor/console-build.ts";

const root = join(import.meta.dirname, "..");
try {
  await ensureBuilt({
    root,
    logFile: join(root, ".data", "build.log"),
    onBuild: () => void process.stdout.write("Building the console…\n"),
  });
  process.stdout.write("The production build is current.\n");
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
