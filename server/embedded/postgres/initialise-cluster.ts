import { spawn } from "node:child_process";
import { chownSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OperatingAccount } from "./operating-account.ts";
import type { PostgresHome } from "./postgres-home.ts";
import { serverEnvironment } from "./server-environment.ts";

interface InitialiseOptions {
  readonly home: PostgresHome;
  readonly account: OperatingAccount | undefined;
  readonly superuserPassword: string;
  readonly throwaway?: boolean;
}

/**
 * Runs initdb: SCRAM for every connection, UTF-8 with Postgres's own collation, so that the same
 * data sorts alike on every machine. Leaves nothing behind when it fails.
 */
export async function initialiseCluster(options: InitialiseOptions): Promise<void> {
  const { home, account } = options;
  const passwordFile = `${home.dataDir}.password`;
  writeFileSync(passwordFile, `${options.superuserPassword}\n`, { mode: 0o600 });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  try {
    await run(join(home.programs, "bin", "initdb"), account, [
      `--pgdata=${home.dataDir}`,
      "--username=postgres",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      ...(options.throwaway ? ["--no-sync"] : []),
    ]);
  } catch (error) {
    rmSync(home.dataDir, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function run(
  program: string,
  account: OperatingAccount | undefined,
  args: string[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      env: serverEnvironment,
      ...(account ? { uid: account.uid, gid: account.gid } : {}),
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`Postgres could not make its data directory:\n${output.trim()}`));
    });
  });
}
