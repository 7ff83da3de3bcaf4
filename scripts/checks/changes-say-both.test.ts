import { expect, test } from "vitest";
import { changesSayBoth } from "./changes-say-both.ts";
import { parseSource } from "./source-tree.ts";

const at = (name: string) => `server/features/things/verbs/${name}`;
const verb = (payload: string) => `export const saveThing = verb({ name: "things.save",
  async run({ before, after }) { return audited({}, { type: "runtime.things.saved", subject: "t/1", payload: ${payload} }); } });`;
const problems = (files: Record<string, string>, otherwise: Record<string, string> = {}) =>
  changesSayBoth(
    Object.entries(files).map(([path, text]) => parseSource(path, text)),
    otherwise,
  ).map((each) => `${each.file}: ${each.problem}`);

test("accepts a change whose event says before and after, and verbs that change nothing", () => {
  expect(problems({ [at("save-thing.ts")]: verb("{ reason, before, after: { name } }") })).toEqual(
    [],
  );
  const more = {
    [at("save-thing.ts")]: verb("{ before, after }"),
    [at("start-thing.ts")]: verb("{}"),
  };
  expect(problems(more)).toEqual([]);
});

test("refuses one that says only what stands now, and names what is missing", () => {
  const [problem] = problems({ [at("save-thing.ts")]: verb("{ reason, after: { name } }") });
  expect(problem).toMatch(/save-thing.ts: its event lacks before:/);
  expect(problems({ [at("rename-thing.ts")]: verb("{ name }") })[0]).toMatch(/before and after/);
});

test("an exception has a reason and a verb", () => {
  const files = { [at("save-thing.ts")]: verb("{ mark }") };
  expect(problems(files, { [at("save-thing.ts")]: "a token" })).toEqual([]);
  expect(problems(files, { [at("save-thing.ts")]: "a token", [at("set-x.ts")]: "gone" })).toEqual([
    `${at("set-x.ts")}: is in SAY_IT_OTHERWISE and is no such verb`,
  ]);
});

test("sees something, or says that it sees nothing", () => {
  expect(() => problems({ [at("start-thing.ts")]: verb("{}") })).toThrow();
});
