import { afterEach, expect, test, vi } from "vitest";
import { runParts } from "./run-parts.ts";

afterEach(() => vi.restoreAllMocks());

function captured(): () => string {
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  return () => out.mock.calls.map((call) => String(call[0])).join("");
}
const passing = (line: string) => async () => ({ code: 0, closingLines: [line] });

test("all parts pass: 0, and the closing lines stand at the very end", async () => {
  const output = captured();
  const parts = [
    { name: "unit", run: passing("      Tests  2 passed (2)") },
    { name: "end-to-end", run: passing("  3 passed (4s)") },
  ];
  expect(await runParts(parts)).toBe(0);
  expect(output()).toMatch(
    /unit: passed in \d+ s\nend-to-end: passed in \d+ s\n\n.*Tests {2}2 passed \(2\)\n {2}3 passed \(4s\)\n$/,
  );
});

test("a part that fails or throws fails the whole, and the later ones still run", async () => {
  const output = captured();
  const later = vi.fn(passing("  1 passed (1s)"));
  const parts = [
    { name: "red", run: async () => ({ code: 3, closingLines: [], failures: ["a > b"] }) },
    { name: "broken", run: () => Promise.reject(new Error("cannot start")) },
    { name: "later", run: later },
  ];
  expect(await runParts(parts)).toBe(1);
  expect(later).toHaveBeenCalledOnce();
  expect(output()).toMatch(
    /== red FAILED\na > b\n== broken FAILED\nError: cannot start[\s\S]*\n\nred: FAILED.*\n/,
  );
  expect(output()).toMatch(/red: FAILED.*\nbroken: FAILED.*\nlater: passed/);
});

test("after an interruption nothing more is started, and the whole has not passed", async () => {
  captured();
  const run = vi.fn(passing(""));
  expect(await runParts([{ name: "unit", run }], AbortSignal.abort())).not.toBe(0);
  expect(run).not.toHaveBeenCalled();
});
