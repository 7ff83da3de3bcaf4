/**
 * `npm run test:conformance`: what the suites under CONFORMANCE_DIR (default `../shared/conformance`)
 * say of our engines, counted. Fails unless every case of every suite that is there passed, none was
 * skipped, and no case lies there that no test reads.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runCommand } from "./parts/run-command.ts";

interface Suite {
  name: string;
  file: string;
  /** The first title of its tests in the file. */
  title: RegExp;
  /** How many cases its folder holds. */
  cases: (folder: string) => number;
}

const filesOf = (folder: string, ending: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((each) => each.endsWith(ending))
    .length;
const SUITES: readonly Suite[] = [
  {
    name: "network-policy",
    file: "server/engines/reachability/conformance.test.ts",
    title: /CONFORMANCE_DIR\/network-policy/,
    cases: (folder) => filesOf(folder, "expected.txt"),
  },
  {
    name: "pod-security",
    file: "server/engines/hardening/pod-security.test.ts",
    title: /CONFORMANCE_DIR\/pod-security/,
    cases: (folder) => filesOf(folder, ".yaml"),
  },
  {
    name: "drift",
    file: "server/engines/differ/diff.test.ts",
    title: /CONFORMANCE_DIR\/drift/,
    cases: (folder) => filesOf(folder, "expected.txt"),
  },
  {
    name: "tlog",
    file: "server/engines/merkle/conformance.test.ts",
    title: /./,
    cases: (folder) => filesOf(folder, ".json"),
  },
];

interface Report {
  testResults: { name: string; assertionResults: { ancestorTitles: string[]; status: string }[] }[];
}

const root = join(import.meta.dirname, "..");
const data = resolve(root, process.env.CONFORMANCE_DIR ?? "../shared/conformance");
const there = SUITES.filter(({ name }) => existsSync(join(data, name)));
for (const { name } of SUITES.filter((suite) => !there.includes(suite))) {
  process.stdout.write(`NOT RUN: ${name}: CONFORMANCE_DIR has no such folder (${data})\n`);
}
process.exit(there.length === 0 ? 0 : await runSuites());

async function runSuites(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  const output = join(folder, "report.json");
  try {
    const files = there.map(({ file }) => file);
    const { code } = await runCommand(
      "vitest",
      ["run", "--project", "unit", "--reporter=json", `--outputFile=${output}`, ...files],
      { cwd: root },
    );
    const report = JSON.parse(readFileSync(output, "utf8")) as Report;
    const areGood = there.map((suite) => isGood(suite, report));
    return code === 0 && areGood.every(Boolean) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Prints the counts of one suite. */
function isGood({ name, file, title, cases }: Suite, { testResults }: Report): boolean {
  const tests = testResults
    .filter((each) => each.name.endsWith(file))
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ ancestorTitles: [first = ""] }) => title.test(first));
  const count = (is: (status: string) => boolean) =>
    tests.filter(({ status }) => is(status)).length;
  const passed = count((status) => status === "passed");
  const failed = count((status) => status === "failed");
  const skipped = tests.length - passed - failed;
  const found = cases(join(data, name));
  const isWhole = passed >= found && found > 0;
  process.stdout.write(
    `${name}: ${found} cases, ${tests.length} tests: ${passed} passed, ${failed} failed, ${skipped} skipped` +
      `${isWhole ? "" : " (NOT ALL CASES WERE RUN)"}\n`,
  );
  return failed + skipped === 0 && isWhole;
}
