import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { waitFor } from "../../../test/harness/wait-for.ts";
import { startProcess } from "./child-process.ts";
import { keepRunning } from "./keep-running.ts";

const directory = mkdtempSync(join(tmpdir(), "sovereign-console-keep-"));
afterAll(() => rmSync(directory, { recursive: true }));

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("a killed program comes back under a new process id, and is said to", async () => {
  const said: string[] = [];
  const logFile = join(directory, "child.log");
  const start = () =>
    startProcess({
      name: "worker",
      args: ["-e", "setInterval(() => {}, 1000)"],
      env: { PATH: process.env.PATH ?? "" },
      cwd: directory,
      logFile,
    });
  const kept = await keepRunning({
    name: "worker",
    start,
    logFile,
    say: (line) => said.push(line),
    firstDelayMillis: 10,
  });
  const pid = kept.pid() as number;
  process.kill(pid, "SIGKILL");
  const next = await waitFor(() => kept.pid() !== pid && kept.pid());
  expect(said.join()).toMatch(/worker ended \(killed by SIGKILL\).*again in 0.01 s/);
  expect(kept.crashes()).toBe(1);
  await kept.stop();
  expect(isAlive(next)).toBe(false);
});

test("a child ends when its supervisor is killed", async () => {
  const program = `
    import { startProcess } from ${JSON.stringify(join(import.meta.dirname, "child-process.ts"))};
    const child = startProcess({ name: "x", args: ["-e", "setInterval(() => {}, 1000)"], env: {}, cwd: "/",
      logFile: ${JSON.stringify(join(directory, "orphan.log"))} });
    process.send(child.pid);
    setInterval(() => {}, 1000);`;
  const { spawn } = await import("node:child_process");
  const supervisor = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const pid = await new Promise<number>((resolve) =>
    supervisor.once("message", (message) => resolve(message as number)),
  );
  await waitFor(() => isAlive(pid));
  supervisor.kill("SIGKILL");
  await waitFor(() => !isAlive(pid), { message: "the child to end" });
});
