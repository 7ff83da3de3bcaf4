import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { AlreadyRunningError, acquireLock } from "./lock-file.ts";

const directory = mkdtempSync(join(tmpdir(), "sovereign-console-lock-"));
afterAll(() => rmSync(directory, { recursive: true }));

test("one holder at a time; free again after the release", () => {
  const file = join(directory, "one.lock");
  const release = acquireLock(file, "The console");
  expect(() => acquireLock(file, "The console")).toThrow(AlreadyRunningError);
  expect(() => acquireLock(file, "The console")).toThrow(`process ${process.pid}`);
  release();
  expect(existsSync(file)).toBe(false);
  acquireLock(file, "The console")();
});

test("takes over from a process that is gone", () => {
  const file = join(directory, "stale.lock");
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(file, JSON.stringify({ pid, started: "1" }));
  acquireLock(file, "The console")();
});

test.runIf(existsSync("/proc/self/stat"))("a reused process id does not hold the lock", () => {
  const file = join(directory, "reused.lock");
  writeFileSync(file, JSON.stringify({ pid: process.pid, started: "1" }));
  acquireLock(file, "The console")();
});

test("a lock cut off in the middle of being written holds nobody back", () => {
  const file = join(directory, "torn.lock");
  writeFileSync(file, "{");
  acquireLock(file, "The console")();
});
