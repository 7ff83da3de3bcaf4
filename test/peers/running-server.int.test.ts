import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { waitFor } from "#test/harness/wait-for.ts";
import { startServer } from "./running-server.ts";

const folder = mkdtempSync(join(tmpdir(), "running-server-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A server that starts another process, as Keycloak's script does; both say who they are. */
const SCRIPT = `sleep 600 & echo "$! $$" > "$1.new"; mv "$1.new" "$1"; wait`;

function command(name: string) {
  const pidFile = join(folder, name);
  return {
    name,
    program: "/bin/sh",
    args: ["-c", SCRIPT, "sh", pidFile],
    cwd: folder,
    env: { NODE_ENV: process.env.NODE_ENV, PATH: process.env.PATH },
    logFile: join(folder, `${name}.log`),
    isReady: async () => existsSync(pidFile),
    startTimeout: 10_000,
  };
}

function pidsOf(name: string): number[] {
  return readFileSync(join(folder, name), "utf8").trim().split(" ").map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("stopping it ends what it started too", async () => {
  const server = await startServer(command("stopped"));
  expect(pidsOf("stopped").every(isAlive)).toBe(true);
  await server.stop();
  await server.stop();
  await waitFor(() => !pidsOf("stopped").some(isAlive));
});

test("it ends with its starter, even one that was killed", async () => {
  const { isReady: _ready, ...plain } = command("orphaned");
  const program = `
    import { existsSync } from "node:fs";
    import { startServer } from ${JSON.stringify(join(import.meta.dirname, "running-server.ts"))};
    const plain = ${JSON.stringify(plain)};
    await startServer({ ...plain, isReady: async () => existsSync(plain.args.at(-1)) });
    process.send("started");
    setInterval(() => {}, 1000);`;
  const starter: ChildProcess = spawn(
    process.execPath,
    ["--input-type=module-typescript", "-e", program],
    { stdio: ["ignore", "inherit", "inherit", "ipc"], cwd: join(import.meta.dirname, "../..") },
  );
  await once(starter, "message");
  expect(pidsOf("orphaned").every(isAlive)).toBe(true);
  starter.kill("SIGKILL");
  await waitFor(() => !pidsOf("orphaned").some(isAlive), { timeout: 20_000 });
});

test("one that ends while starting says why", async () => {
  const failing = { ...command("failing"), args: ["-c", "echo no licence >&2; exit 3"] };
  await expect(startServer(failing)).rejects.toThrow(/ended while starting.*no licence/s);
});
