import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "#server/embedded/postgres/embedded-postgres.ts";
import { operatingAccount } from "#server/embedded/postgres/operating-account.ts";
import { removeData } from "#server/embedded/postgres/postgres-home.ts";
import { environment } from "#test/fixtures/environment.ts";
import {
  clusterUrl,
  newPasswords,
  prepareCluster,
  TEMPLATE_DATABASE,
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
 * pointing at it. Import what reads the environment only afterwards.
 */
export async function startBenchDatabase(
  tenants: readonly string[],
  changes: Record<string, string> = {},
  { isDurable = false }: { isDurable?: boolean } = {},
): Promise<BenchDatabase> {
  const directory = mkdtempSync(join(tmpdir(), "sovereign-console-bench-"));
  const superuserPassword = randomBytes(24).toString("hex");
  const logFile = join(directory, "postgres.log");
  const postgres = await startEmbeddedPostgres({
    dataDir: join(directory, "pg"),
    superuserPassword,
    logFile,
    // A throwaway database does not wait for the disk.
    throwaway: !isDurable,
  });
  const stop = async () => {
    await postgres.stop();
    removeData(join(directory, "pg"), operatingAccount());
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const tenantContextKey = randomBytes(32).toString("hex");
    const passwords = newPasswords();
    const cluster = {
      port: postgres.port,
      superuserPassword,
      passwords,
      tenantContextKey,
      logFile,
    };
    await prepareCluster(cluster);
    const urlOf = (login: keyof typeof passwords) =>
      clusterUrl(cluster, login, passwords[login], TEMPLATE_DATABASE);
    const signingKey = join(directory, "log-signing.key");
    writeFileSync(signingKey, randomBytes(32).toString("hex"), { mode: 0o600 });
    const identity = join(directory, "identity.json");
    writeFileSync(identity, identityFile(tenants));
    Object.assign(
      process.env,
      environment({
        DATA_DIR: directory,
        DATABASE_URL_TENANT: urlOf("console_tenant"),
        DATABASE_URL_OVERVIEW: urlOf("console_overview"),
        DATABASE_URL_WORKER: urlOf("console_worker"),
        DATABASE_URL_SEARCH: urlOf("console_search"),
        DATABASE_URL_IDENTITY: urlOf("console_identity"),
        TENANT_CONTEXT_KEY: tenantContextKey,
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
    superuserUrl: clusterUrl(
      { port: postgres.port },
      "postgres",
      superuserPassword,
      TEMPLATE_DATABASE,
    ),
    directory,
    stop,
  };
}
