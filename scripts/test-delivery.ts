import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/*
 * `npm run -s test:delivery -- --kills N`: kills the worker or a sink N times, at random moments, while
 * events are delivered, and prints one line of JSON: `events`, how many are `lost` or `doubled` at any of
 * the sinks, the `kills` and the `receivers`. Ends with 1 when an event is lost or doubled.
 */
interface Figures {
  kills: { worker: number; receiver: number };
  lost: number;
  doubled: number;
}

const { values } = parseArgs({ options: { kills: { type: "string", default: "40" } } });
const kills = Number(values.kills);
if (!Number.isInteger(kills) || kills < 1) throw new Error("--kills takes a whole number");

const directory = mkdtempSync(join(tmpdir(), "sovereign-console-delivery-"));
const file = join(directory, "report.jsonl");
const run = spawnSync("npx", ["vitest", "run", "--project", "integration", "test/crash/delivery"], {
  env: { ...process.env, DELIVERY_KILLS: String(kills), DELIVERY_REPORT: file },
  stdio: ["ignore", 2, 2],
});
const text = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
rmSync(directory, { recursive: true, force: true });
if (text === "") throw new Error("the run did not come to its end");
const figures = JSON.parse(text) as Figures;
process.stdout.write(`${JSON.stringify(figures)}\n`);
const isClean = figures.lost === 0 && figures.doubled === 0;
process.exitCode = isClean && run.status === 0 ? 0 : 1;
