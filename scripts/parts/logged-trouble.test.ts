import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loggedTrouble, troubleIn } from "./logged-trouble.ts";

const line = (level: string, msg: string, message?: string) =>
  JSON.stringify({
    level,
    time: "2026-11-22T10:17:00.000Z",
    msg,
    ...(message ? { err: { message } } : {}),
  });

test("errors and fatal ends count, each reason once; lesser lines and half ones do not", () => {
  const log = [
    line("info", "the worker runs"),
    line("warn", "slow"),
    line("error", "due work failed", 'relation "x" does not exist'),
    line("error", "due work failed", 'relation "x" does not exist'),
    line("fatal", "no database"),
    " ⨯ TypeError: cannot read properties of undefined",
    '{"level":"error","msg":"cut o',
    "   ✓ Ready in 223ms",
    "",
  ].join("\n");
  expect(troubleIn("worker", log)).toEqual([
    'worker: due work failed: relation "x" does not exist',
    "worker: no database",
    "worker: ⨯ TypeError: cannot read properties of undefined",
  ]);
});

test("what is expected is expected by its exact reason", () => {
  const log = [line("error", "a", "b"), line("error", "a", "b, and more")].join("\n");
  expect(troubleIn("console", log, new Map([["console: a: b", "why"]]))).toEqual([
    "console: a: b, and more",
  ]);
});

test("the console's and the worker's logs are read, no others", () => {
  const folder = mkdtempSync(join(tmpdir(), "logs-"));
  try {
    for (const name of ["console", "worker", "postgres"])
      writeFileSync(join(folder, `${name}.log`), `${line("error", name)}\n`);
    expect(loggedTrouble(folder)).toEqual(["console: console", "worker: worker"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
