import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/*
 * `npm run -s test:crash -- --kills N`: kills a real worker around the outside acts of every rotator,
 * N times in all, and prints one line of JSON: `kills`, `lost`, `doubled`, `stuck`. Ends with 1 when
 * one of the last three is not 0, or a kill is missing.
 */
interface Line {
  kind: string;
  failpoint: string;
  lost: string[];
  doubled: string[];
  stuck: string[];
}

const { values } = parseArgs({ options: { kills: { type: "string", default: "200" } } });
const kills = Number(values.kills);
if (!Number.isInteger(kills) || kills < 1) throw new Error("--kills takes a whole number");

const directory = mkdtempSync(join(tmpdir(), "sovereign-console-crash-"));
const file = join(directory, "report.jsonl");
const run = spawnSync("npx", ["vitest", "run", "--project", "integration", "test/crash"], {
  env: { ...process.env, CRASH_KILLS: String(kills), CRASH_REPORT: file },
  stdio: ["ignore", 2, 2],
});
const text = existsSync(file) ? readFileSync(file, "utf8") : "";
const lines = text
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Line);
const count = (name: "lost" | "doubled" | "stuck") =>
  lines.filter((line) => line[name].length).length;
const figures = {
  kills: lines.length,
  lost: count("lost"),
  doubled: count("doubled"),
  stuck: count("stuck"),
};
rmSync(directory, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify(figures)}\n`);
const isClean = figures.lost + figures.doubled + figures.stuck === 0 && lines.length >= kills;
process.exitCode = isClean && run.status === 0 ? 0 : 1;
