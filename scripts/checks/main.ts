/** `npm run check`: the structural rules. Each names the file at fault and the way to mend it. */

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { staleRealmFiles } from "../generate-realms.ts";
import { changesSayBoth } from "./changes-say-both.ts";
import { dependencies } from "./dependencies.ts";
import { fileNames } from "./file-names.ts";
import { importDirection } from "./import-direction.ts";
import { lockCompleteness } from "./lock-completeness.ts";
import { migrationsSeeRows } from "./migrations-see-rows.ts";
import { screenFiles } from "./no-literal-strings.ts";
import { modelTables, onlyVerbsWrite } from "./only-verbs-write.ts";
import { procedureOutputs } from "./procedure-outputs.ts";
import { refusalsHaveWords } from "./refusals-have-words.ts";
import { screenBreaches } from "./screen-rules.ts";
import { settingsAreDocumented } from "./settings-are-documented.ts";
import { type Breach, sourceTree } from "./source-tree.ts";
import { verbTests } from "./verb-tests.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

const textsOf = (...patterns: string[]) =>
  globSync(patterns, { cwd: root }).map((path) => ({ path, text: read(path) }));

const files = sourceTree(root);
const checks: Record<string, () => Breach[] | Promise<Breach[]>> = {
  "imports point one way": () => importDirection(files),
  "a change says what stood and what stands now": () => changesSayBoth(files),
  "refusals have words in every language": () => refusalsHaveWords(files),
  "every verb is tested": () => verbTests(files),
  "only verbs write": () => onlyVerbsWrite(files, modelTables(read("prisma/schema.prisma"))),
  "migrations see the rows that they change": () =>
    migrationsSeeRows(
      globSync("prisma/migrations/*/migration.sql", { cwd: root })
        .sort()
        .map((path) => ({ path, sql: read(path) })),
    ),
  "every procedure declares its output": () => procedureOutputs(files),
  "file names": () => fileNames(files.map((file) => file.path)),
  screens: () => screenFiles().flatMap((file) => screenBreaches(file, read(file))),
  "realm files are current": async () =>
    (await staleRealmFiles()).map((path) => ({
      file: `deploy/keycloak/${path}`,
      line: 1,
      problem: "differs from the scopes table: run npm run generate:realms",
    })),
  "settings are documented": () =>
    settingsAreDocumented(
      textsOf("server/platform/env/env.ts", "server/worker/worker-env.ts"),
      textsOf("README.md", "docs/*.md", "docs/runbooks/*.md"),
    ),
  "the lock is whole": () => lockCompleteness(JSON.parse(read("package-lock.json"))),
  dependencies: () =>
    dependencies(
      JSON.parse(read("package.json")),
      JSON.parse(read("package-lock.json")),
      read("docs/DEPENDENCIES.md"),
    ),
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    const breaches = await check();
    for (const { file, line, problem } of breaches)
      process.stdout.write(`${file}:${line}: ${problem}\n`);
    process.stdout.write(`${breaches.length === 0 ? "ok" : "FAILED"}: ${name}\n`);
    if (breaches.length > 0) failed += 1;
  } catch (error) {
    process.stdout.write(`FAILED: ${name}: ${(error as Error).message}\n`);
    failed += 1;
  }
}
process.stdout.write(
  `${files.length} files, ${Object.keys(checks).length} checks, ${failed} failed\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
