import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "#server/embedded/postgres/embedded-postgres.ts";
import { operatingAccount } from "#server/embedded/postgres/operating-account.ts";
import { removeData } from "#server/embedded/postgres/postgres-home.ts";
import { MIGRATOR_LOGIN } from "#server/platform/db/logins.ts";
import { migrate } from "#server/platform/db/migrate.ts";
import { environment } from "#test/fixtures/environment.ts";
import {
  clusterUrl,
  newPasswords,
  prepareCluster,
  TEMPLATE_DATABASE,
  type TestCluster,
} from "#test/harness/test-cluster.ts";
import { identityFile } from "#test/isolation/identity-file.ts";

export interface BenchDatabase {
  superuserUrl: string;
  /** Where the benchmark may keep files; gone with it. */
  directory: string;
  stop(): Promise<void>;
}

/**
 * A migrated database of a benchmark's own with realms for `tenants`, and this process's environment
 * pointing at it. Import what reads the environment only afterwards. With `keepIn` it is made in that folder
 * and stays there: the next run with the same folder finds it as it was left.
 */
export async function startBenchDatabase(
  tenants: readonly string[],
  changes: Record<string, string> = {},
  { isDurable = false, keepIn }: { isDurable?: boolean; keepIn?: string } = {},
): Promise<BenchDatabase> {
  const directory = keepIn ?? mkdtempSync(join(tmpdir(), "sovereign-console-bench-"));
  mkdirSync(directory, { recursive: true });
  const logFile = join(directory, "postgres.log");
  const secrets = secretsIn(directory);
  const postgres = await startEmbeddedPostgres({
    dataDir: join(directory, "pg"),
    superuserPassword: secrets.superuserPassword,
    logFile,
    // A throwaway database does not wait for the disk.
    throwaway: !isDurable,
  });
  const stop = async () => {
    await postgres.stop();
    if (keepIn) return;
    removeData(join(directory, "pg"), operatingAccount());
    rmSync(directory, { recursive: true, force: true });
  };
  const cluster = { ...secrets, port: postgres.port, logFile };
  const urlOf = (login: keyof typeof cluster.passwords) =>
    clusterUrl(cluster, login, cluster.passwords[login], TEMPLATE_DATABASE);
  try {
    const signingKey = join(directory, "log-signing.key");
    const identity = join(directory, "identity.json");
    const prepared = join(directory, "prepared");
    if (existsSync(prepared)) {
      await migrate({
        connectionString: urlOf(MIGRATOR_LOGIN),
        tenantContextKey: secrets.tenantContextKey,
      });
    } else {
      await prepareCluster(cluster);
      writeFileSync(signingKey, randomBytes(32).toString("hex"), { mode: 0o600 });
      writeFileSync(identity, identityFile(tenants));
      writeFileSync(prepared, "");
    }
    Object.assign(
      process.env,
      environment({
        DATA_DIR: directory,
        DATABASE_URL_TENANT: urlOf("console_tenant"),
        DATABASE_URL_OVERVIEW: urlOf("console_overview"),
        DATABASE_URL_WORKER: urlOf("console_worker"),
        DATABASE_URL_SEARCH: urlOf("console_search"),
        DATABASE_URL_IDENTITY: urlOf("console_identity"),
        TENANT_CONTEXT_KEY: secrets.tenantContextKey,
        LOG_SIGNING_KEY_FILE: signingKey,
        LOG_LEVEL: "warn",
        IDENTITY_CONFIG: identity,
        ...changes,
      }),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    superuserUrl: clusterUrl(cluster, "postgres", cluster.superuserPassword, TEMPLATE_DATABASE),
    directory,
    stop,
  };
}

/** The passwords of the folder's database: those that it was made with, or new ones. */
function secretsIn(directory: string): Omit<TestCluster, "port" | "logFile"> {
  const file = join(directory, "cluster.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  const made = {
    superuserPassword: randomBytes(24).toString("hex"),
    tenantContextKey: randomBytes(32).toString("hex"),
    passwords: newPasswords(),
  };
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}
