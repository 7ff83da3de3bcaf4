import { expect, test } from "vitest";
import { parseSource } from "./source-tree.ts";
import { verbTests } from "./verb-tests.ts";

const VERB = `import { verb } from "#server/platform/verb.ts"; export const start = verb({ name: "x" });`;
const TEST = `import { start } from "./start.ts";`;
const problems = (files: Record<string, string>) =>
  verbTests(Object.entries(files).map(([path, text]) => parseSource(path, text))).map(
    (each) => each.problem,
  );
const at = (name: string) => `server/features/rotation/verbs/${name}`;

test("accepts a verb with a test of either kind beside it", () => {
  expect(problems({ [at("start.ts")]: VERB, [at("start.int.test.ts")]: TEST })).toEqual([]);
  expect(problems({ [at("start.ts")]: VERB, [at("start.test.ts")]: TEST })).toEqual([]);
});

test("accepts a test that has the verb, by name, from the feature's index", () => {
  const test = `import { start } from "../index.ts"; await runVerb(start, caller, {});`;
  expect(problems({ [at("start.ts")]: VERB, [at("start.int.test.ts")]: test })).toEqual([]);
});

test("refuses a verb without a test, with one that never calls it, and a file that is no verb", () => {
  expect(problems({ [at("start.ts")]: VERB })[0]).toContain("write start.int.test.ts");
  expect(problems({ [at("start.ts")]: VERB, [at("start.test.ts")]: "export {};" })[0]).toContain(
    "never names it",
  );
  expect(problems({ [at("start.ts")]: "export {};", [at("start.test.ts")]: TEST })[0]).toContain(
    "declares no verb",
  );
});

test("fails when there is no verb at all", () =>
  expect(() => problems({})).toThrow("prove nothing"));
