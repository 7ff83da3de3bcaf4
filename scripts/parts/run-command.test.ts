import { afterEach, expect, test, vi } from "vitest";
import { closingLinesOf, failedTestsOf, runCommand } from "./run-command.ts";

afterEach(() => vi.restoreAllMocks());

/** Runs a line of JavaScript in a process of its own, its output kept from the screen. */
function runLine(line: string) {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  return runCommand(process.execPath, ["-e", line], {
    cwd: import.meta.dirname,
    pipeMillis: 500,
  });
}

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

test("a failed run names its failed tests of both runners, each once, however far from the end", async () => {
  const lines = [
    " FAIL   unit  a.test.ts > adds up",
    " FAIL   unit  a.test.ts > adds up",
    "  1) [chromium] › e2e/a.spec.ts:2:1 › opens ──────",
  ];
  const named = ["FAIL   unit  a.test.ts > adds up", "1) [chromium] › e2e/a.spec.ts:2:1 › opens"];
  expect(failedTestsOf(["FAILED in 3 s", ...lines])).toEqual(named);
  const text = JSON.stringify(`${lines.join("\n")}\n${"more\n".repeat(9_000)}`);
  const { code, failures } = await runLine(`process.stdout.write(${text}); process.exitCode = 3`);
  expect({ code, failures }).toEqual({ code: 3, failures: named });
});

test("a failed run without tests says its last lines; one that passed says nothing", async () => {
  const bad = await runLine(
    "console.log('found:'); console.error('a.ts:1 unused'); process.exit(1)",
  );
  expect(bad.failures?.sort()).toEqual(["a.ts:1 unused", "found:"]);
  expect(await runLine("console.log('fine')")).toEqual({ code: 0, closingLines: [], failures: [] });
});

test("a child left behind with the pipe open does not hold the run up", async () => {
  const child = "setTimeout(() => {}, 120_000)";
  const parent = `const { spawn } = require("node:child_process");
    const left = spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit", detached: true });
    console.log("pid=" + left.pid); left.unref(); setTimeout(() => process.exit(4), 100)`;
  const { code, failures } = await runLine(parent);
  process.kill(Number(/pid=(\d+)/.exec(failures?.join() ?? "")?.[1]));
  expect(code).toBe(4);
});
