import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface SpawnedVault {
  address: string;
  tokenFile: string;
  process: ChildProcess;
  stop(): Promise<void>;
}

/** Starts the development vault in its own process and waits until it answers. */
export async function spawnVault(
  directory: string,
  options: { port?: number; isStandby?: boolean; follows?: string; hookPort?: number } = {},
): Promise<SpawnedVault> {
  // One that restores another's storage knows the other's tokens.
  const tokenFile = join(options.follows ?? directory, "root-token");
  const portFile = join(directory, "port");
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=react-server", main], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      PATH: process.env.PATH,
      CONSOLE_MODE: "demo",
      LOG_LEVEL: "warn",
      DEV_VAULT_PORT: String(options.port ?? 0),
      DEV_VAULT_DIR: directory,
      DEV_VAULT_ROOT_TOKEN_FILE: tokenFile,
      DEV_VAULT_STANDBY: String(options.isStandby ?? false),
      ...(options.follows
        ? { DEV_VAULT_FOLLOWS: options.follows, DEV_VAULT_FOLLOW_MILLIS: "100" }
        : {}),
      ...(options.hookPort ? { DEV_VAULT_HOOK_PORT: String(options.hookPort) } : {}),
    } as unknown as NodeJS.ProcessEnv,
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const address = await waitUntilItAnswers(child, portFile);
  return {
    address,
    tokenFile,
    process: child,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

async function waitUntilItAnswers(child: ChildProcess, portFile: string): Promise<string> {
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline && child.exitCode === null) {
    if (existsSync(portFile)) {
      const address = `http://127.0.0.1:${readFileSync(portFile, "utf8")}`;
      const isThere = await fetch(`${address}/v1/sys/seal-status`).then(
        () => true,
        () => false,
      );
      if (isThere) return address;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  child.kill("SIGKILL");
  throw new Error("The development vault did not start.");
}
