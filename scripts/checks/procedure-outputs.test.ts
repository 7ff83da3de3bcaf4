import { expect, test } from "vitest";
import { procedureOutputs } from "./procedure-outputs.ts";
import { parseSource } from "./source-tree.ts";

const check = (text: string) =>
  procedureOutputs([parseSource("server/features/rotation/router.ts", text)]);

test("accepts declared outputs and verbs, which carry their own", () => {
  expect(
    check(`export const r = router({
      list: readProcedure("runtime.secrets.read").input(A).output(B).query(() => 1),
      mine: sessionProcedure.output(B).query(() => 1),
      start: verbProcedure(start),
    });`),
  ).toEqual([]);
});

test.each([
  `readProcedure("s").input(A).query(() => 1)`,
  `sessionProcedure.query(() => 1)`,
  `sessionProcedure.use(m).input(A).mutation(() => 1)`,
])("refuses %s", (procedure) => {
  const breaches = check(`export const r = router({ x: ${procedure} });`);
  expect(breaches).toHaveLength(1);
  expect(breaches[0]?.problem).toContain(".output");
});

test("fails when it finds no procedure", () =>
  expect(() => check("export {}")).toThrow("prove nothing"));
