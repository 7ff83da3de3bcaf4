import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Breach, screenBreaches } from "./screen-rules.ts";

/** Never shipped: see `next.config.ts`. */
const HARNESS = "components/harness";
const root = join(import.meta.dirname, "../..");

/** Every screen's file, relative to the repository; throws when there is none to check. */
export function screenFiles(): string[] {
  const files = globSync("{app,components}/**/*.tsx", { cwd: root, exclude: [HARNESS] }).sort();
  if (files.length === 0) throw new Error("no screens found: the check would prove nothing");
  return files;
}

function check(): number {
  const files = screenFiles();
  const breaches: Breach[] = files.flatMap((file) =>
    screenBreaches(file, readFileSync(join(root, file), "utf8")),
  );
  for (const { file, line, problem } of breaches) {
    process.stderr.write(`${file}:${line}: ${problem}\n`);
  }
  process.stdout.write(`screens: ${files.length} files, ${breaches.length} breaches\n`);
  return breaches.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = check();
