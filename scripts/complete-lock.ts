/** `npm run lock:complete`: see scripts/checks/lock-completeness.ts. Run after each `npm install <package>`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { completeLock, type Lock, missingFromLock } from "./checks/lock-completeness.ts";

const file = join(import.meta.dirname, "../package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8")) as Lock;
const complete = completeLock(lock);
const added = Object.keys(complete.packages).length - Object.keys(lock.packages).length;
if (added > 0) writeFileSync(file, `${JSON.stringify(complete, null, 2)}\n`);
const left = missingFromLock(complete);
process.stdout.write(`${added} added, ${left.length} left out\n`);
for (const { path, version } of left) process.stdout.write(`  ${path}@${version}\n`);
process.exitCode = left.length === 0 ? 0 : 1;
