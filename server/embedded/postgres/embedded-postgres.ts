import { type ChildProcess, spawn } from "node:child_process";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import pg from "pg";
import { freePort } from "./free-port.ts";
import { initialiseCluster } from "./initialise-cluster.ts";
import { operatingAccount } from "./operating-account.ts";
import { postgresHome, removeData } from "./postgres-home.ts";
import { serverEnvironment } from "./server-environment.ts";
import { stopLeftover } from "./stop-leftover.ts";

export interface EmbeddedPostgresOptions {
  /** Kept between starts unless `throwaway`. */
  readonly dataDir: string;
  readonly superuserPassword: string;
  readonly logFile: string;
  /** Wanted port; the next free one is used when it is taken. Any free port without it. */
  readonly port?: number;
  /** A restart: clients already know the port, so another one would not do. */
  readonly exactPort?: boolean;
  /** Trades durability for speed and deletes the data on stop: tests only. */
  readonly throwaway?: boolean;
}

export interface EmbeddedPostgres {
  readonly port: number;
  readonly pid: number;
  /** Resolves when the server process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Connection string of the superuser `postgres`. */
  superuserUrl(database?: string): string;
  /** Fast shutdown: open transactions roll back, data is flushed. */
  stop(): Promise<void>;
}

const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  timezone: "UTC",
  log_timezone: "UTC",
  log_line_prefix: "%m [%p] %u@%d ",
  max_connections: "200",
  password_encryption: "scram-sha-256",
};
const THROWAWAY_SETTINGS = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

function asFlags(settings: Record<string, string>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** True when the server of this data directory answers there, and not another one on its port. */
async function accepts(connectionString: string, dataDir: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>("SHOW data_directory");
    return rows[0]?.data_directory === dataDir;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/** Starts a real PostgreSQL server on 127.0.0.1, initialising its data directory the first time. */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const account = operatingAccount();
  const home = postgresHome(options.dataDir, account);
  mkdirSync(dirname(options.logFile), { recursive: true });
  await stopLeftover(home.dataDir);
  if (!existsSync(join(home.dataDir, "PG_VERSION"))) {
    rmSync(home.dataDir, { recursive: true, force: true });
    mkdirSync(home.dataDir, { recursive: true, mode: 0o700 });
    if (account) chownSync(home.dataDir, account.uid, account.gid);
    await initialiseCluster({ home, account, ...options });
  }
  const settings = { ...SETTINGS, ...(options.throwaway ? THROWAWAY_SETTINGS : {}) };
  for (let attempt = 1; ; attempt++) {
    const port = options.exactPort && options.port ? options.port : await freePort(options.port);
    const log = openSync(options.logFile, "a", 0o600);
    const child = spawn(
      join(home.programs, "bin", "postgres"),
      ["-D", home.dataDir, "-p", String(port), ...asFlags(settings)],
      {
        cwd: home.dataDir,
        stdio: ["ignore", log, log],
        // Its own process group: a Ctrl-C in the terminal must not end it before its clients.
        detached: true,
        env: serverEnvironment,
        ...(account ? { uid: account.uid, gid: account.gid } : {}),
      },
    );
    closeSync(log);
    const ended = new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      child.once("error", () => resolve());
    });
    const superuserUrl = (database = "postgres") =>
      `postgresql://postgres:${encodeURIComponent(options.superuserPassword)}@127.0.0.1:${port}/${database}`;
    const deadline = Date.now() + 60_000;
    while (!hasEnded(child) && child.pid !== undefined) {
      if (await accepts(superuserUrl(), home.dataDir)) {
        return handle(child, port, ended, superuserUrl, () => {
          if (options.throwaway) removeData(options.dataDir, account);
        });
      }
      if (Date.now() > deadline) child.kill("SIGQUIT");
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 40))]);
    }
    if (attempt < 3 && lastLines(options.logFile).includes("could not bind")) continue;
    throw new Error(
      `Postgres did not start (data in ${home.dataDir}). The end of ${options.logFile}:\n${lastLines(options.logFile)}`,
    );
  }
}

function handle(
  child: ChildProcess,
  port: number,
  ended: Promise<void>,
  superuserUrl: (database?: string) => string,
  afterStop: () => void,
): EmbeddedPostgres {
  return {
    port,
    pid: child.pid as number,
    ended,
    superuserUrl,
    async stop() {
      if (!hasEnded(child)) child.kill("SIGINT");
      await ended;
      afterStop();
    },
  };
}

function lastLines(file: string): string {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-8).join("\n");
}
