import { expect, test } from "vitest";
import { closingLinesOf } from "./run-command.ts";

test("finds the closing lines of both runners and nothing else", () => {
  const output = [
    " ✓ unit a.test.ts (2 tests) 3ms",
    "   1 passed the post",
    "\u001b[2m Test Files \u001b[22m 2 failed | 1 passed (3)",
    "      Tests  9 passed (9)",
    "   Duration  2.33s",
    "  1 failed",
    "    [chromium] › e2e/a.spec.ts:2:1 › x",
    "  12 passed (1.2m)",
  ].join("\n");
  expect(closingLinesOf(output).map((line) => line.trim())).toEqual([
    "Test Files  2 failed | 1 passed (3)",
    "Tests  9 passed (9)",
    "1 failed",
    "12 passed (1.2m)",
  ]);
});
