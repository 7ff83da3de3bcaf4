import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/*
 * `npm run -s test:tamper -- [--ways 1000] [--seed N]`: alters a log as a database superuser in N random ways, one
 * at a time, and has each found by whoever kept a checkpoint elsewhere. Prints one line of JSON: how many were `tried`
 * and `found` (with their place), how many of each of the five kinds, in each table, of each act; what was `missed`.
 * Ends with 1 when one was missed. The same seed gives the same ways.
 */
const { values } = parseArgs({
  options: { ways: { type: "string", default: "1000" }, seed: { type: "string" } },
});
const ways = Number(values.ways);
const seed = Number(values.seed ?? randomInt(2 ** 31));
if (!Number.isInteger(ways) || ways < 1) throw new Error("--ways takes a whole number");
if (!Number.isInteger(seed) || seed < 0) throw new Error("--seed takes a whole number");

const directory = mkdtempSync(join(tmpdir(), "sovereign-console-tamper-"));
const file = join(directory, "report.json");
const test = "server/features/audit/integrity/tampering.int.test.ts";
const run = spawnSync("npx", ["vitest", "run", "--project", "integration", test], {
  env: {
    ...process.env,
    TAMPERINGS: String(ways),
    TAMPERING_SEED: String(seed),
    TAMPERING_REPORT: file,
  },
  stdio: ["ignore", 2, 2],
});
const text = existsSync(file) ? readFileSync(file, "utf8") : "";
rmSync(directory, { recursive: true, force: true });
if (text === "") throw new Error("the run did not come to its end");
process.stdout.write(`${text}\n`);
const { tried, found } = JSON.parse(text) as { tried: number; found: number };
process.exitCode = tried === ways && found === ways && run.status === 0 ? 0 : 1;
