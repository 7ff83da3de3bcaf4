/** `npm run typecheck`: Next's route types are generated first, so that a fresh clone checks too. */
import { join } from "node:path";
import { runCommand } from "./parts/run-command.ts";

const cwd = join(import.meta.dirname, "..");
const generated = await runCommand("next", ["typegen"], { cwd });
const checked = await runCommand("tsc", ["--noEmit"], { cwd });
process.exitCode = generated.code || checked.code;
