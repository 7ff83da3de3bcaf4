import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { throwawayDirectory } from "#test/harness/throwaway-directory.ts";
import { freePorts, startServer } from "../running-server.ts";

export interface RunningOpenBao {
  readonly address: string;
  readonly token: string;
  stop(): Promise<void>;
}

/** A real OpenBao on loopback, unsealed and in memory, with a root token of its own. */
export async function startOpenBao(program: string): Promise<RunningOpenBao> {
  const directory = await throwawayDirectory();
  const [port = 0] = await freePorts(1);
  const address = `http://127.0.0.1:${port}`;
  const token = randomBytes(24).toString("hex");
  const server = await startServer({
    name: "OpenBao",
    program,
    args: ["server", "-dev", "-dev-no-store-token", `-dev-listen-address=127.0.0.1:${port}`],
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      BAO_DEV_ROOT_TOKEN_ID: token,
      NODE_ENV: process.env.NODE_ENV,
    },
    logFile: join(directory, "openbao.log"),
    isReady: () =>
      fetch(`${address}/v1/sys/health`).then(
        (response) => response.ok,
        () => false,
      ),
    startTimeout: 30_000,
  });
  return {
    address,
    token,
    async stop() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
