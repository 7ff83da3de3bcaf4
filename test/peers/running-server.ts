import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { waitFor } from "#test/harness/wait-for.ts";

export interface RunningServer {
  readonly pid: number;
  /** Ends every process of the server; resolves when none is left. */
  stop(): Promise<void>;
}

export interface ServerCommand {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Asked again and again until true. */
  readonly isReady: () => Promise<boolean>;
  /** Milliseconds. */
  readonly startTimeout: number;
}

/**
 * The server is the leader of a process group of its own, so that what it starts ends with it. It
 * watches our end of a pipe: when we are killed without a word, the pipe closes and the group ends.
 */
const WATCHED = `exec 4<&0
(cat <&4 >/dev/null; kill -s TERM -- -$$) &
exec "$0" "$@" </dev/null 4<&-`;

/** Starts a server and waits until it answers; throws with the end of its log when it does not. */
export async function startServer(command: ServerCommand): Promise<RunningServer> {
  const log = openSync(command.logFile, "w", 0o600);
  const child = spawn("/bin/sh", ["-c", WATCHED, command.program, ...command.args], {
    cwd: command.cwd,
    env: command.env,
    detached: true,
    stdio: ["pipe", log, log],
  });
  closeSync(log);
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${command.name}: no shell to start it with`);
  let ended = false;
  const exit = new Promise<void>((resolve) =>
    child.once("exit", () => {
      ended = true;
      resolve();
    }),
  );
  const stop = () => stopGroup(pid, exit);
  try {
    await waitFor(async () => ended || (await command.isReady()), {
      timeout: command.startTimeout,
      interval: 100,
      message: `${command.name} to answer`,
    });
    if (ended) throw new Error(`${command.name} ended while starting`);
    return { pid, stop };
  } catch (error) {
    await stop();
    const lines = readFileSync(command.logFile, "utf8").trim().split("\n").slice(-30);
    throw new Error(`${(error as Error).message}. Its log ends:\n${lines.join("\n")}`, {
      cause: error,
    });
  }
}

async function stopGroup(pid: number, exit: Promise<void>): Promise<void> {
  signalGroup(pid, "SIGTERM");
  const isGone = () => !signalGroup(pid, 0);
  try {
    await waitFor(isGone, { timeout: 15_000, message: `process group ${pid} to end` });
  } catch {
    signalGroup(pid, "SIGKILL");
  }
  await exit;
}

/** False when no process of the group is left. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

/** Ports of the loopback interface that were free a moment ago, each another one. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
