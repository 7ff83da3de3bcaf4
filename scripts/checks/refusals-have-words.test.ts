import { expect, test } from "vitest";
import { refusalsHaveWords } from "./refusals-have-words.ts";
import { parseSource } from "./source-tree.ts";

const at = "server/features/things/verbs/save-thing.ts";
const problems = (text: string, path = at, exceptions: { path: RegExp; why: string }[] = []) =>
  refusalsHaveWords([parseSource(path, text)], exceptions).map(
    ({ file, line, problem }) => `${file}:${line}: ${problem}`,
  );

test("accepts a refusal that names its sentence, and what has a sentence by its code", () => {
  expect(
    problems('throw new AppError("conflict", "Taken.", { said: { key: "things.taken" } });'),
  ).toEqual([]);
  expect(
    problems('throw new AppError("invalid", "x", { ...(found ? { said: of(found) } : {}) });'),
  ).toEqual([]);
  expect(problems('throw new AppError("not_found", "No such thing.");')).toEqual([]);
  expect(problems('throw new AppError("forbidden", "Only the worker does this.");')).toEqual([]);
  expect(problems('throw new AppError("invalid", "x", { ...error.details, field });')).toEqual([]);
});

test("refuses one that speaks English only, and names its line", () => {
  const [problem] = problems('\nthrow new AppError("conflict", "Taken.", { field: "name" });');
  expect(problem).toMatch(/^server\/features\/things\/verbs\/save-thing\.ts:2: .*English only/);
  expect(problems('throw new AppError("stale", `The $' + "{name} changed.`);")).toHaveLength(1);
  expect(
    problems('throw new AppError("invalid", "x", { ...(field ? { field } : {}) });'),
  ).toHaveLength(1);
});

test("an exception refuses somebody", () => {
  const api = { path: /^app\/api\//, why: "programs" };
  const text = 'throw new AppError("conflict", "Taken.");';
  expect(problems(text, "app/api/v1/route.ts", [api])).toEqual([]);
  expect(
    problems('throw new AppError("conflict", "Taken.", { said });', "app/api/v1/route.ts", [api]),
  ).toHaveLength(1);
});

test("sees something, or says that it sees nothing", () => {
  expect(() => problems("export const nothing = 1;")).toThrow();
});
