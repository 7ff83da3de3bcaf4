import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { MIGRATOR_LOGIN } from "../../server/platform/db/logins.ts";
import { migrate } from "../../server/platform/db/migrate.ts";
import { clusterUrl, TEMPLATE_DATABASE, type TestCluster } from "./test-cluster.ts";

/** A migrated database of one test file, with a connection string for every login. */
export interface TestDatabase {
  readonly name: string;
  readonly cluster: TestCluster;
  readonly urls: Record<
    "tenant" | "overview" | "worker" | "search" | "identity" | "migrator" | "superuser",
    string
  >;
  /** The environment of a process that works on this database. */
  readonly env: Record<string, string>;
  /** Ends every connection to it first, unless `force` is false: then it throws while one is open. */
  drop(options?: { force: boolean }): Promise<void>;
}

async function asSuperuser(cluster: TestCluster, statement: string): Promise<void> {
  const client = new pg.Client({
    connectionString: clusterUrl(cluster, "postgres", cluster.superuserPassword, "postgres"),
  });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Copies the migrated template: about 50 ms. Only inside the `integration` project. */
export async function testDatabase(): Promise<TestDatabase> {
  const cluster = inject("cluster");
  const name = `test_${randomBytes(8).toString("hex")}`;
  await asSuperuser(
    cluster,
    `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE} OWNER ${MIGRATOR_LOGIN}`,
  );
  // A copy of a template has the schema but not the database's own grants.
  await migrate({
    connectionString: clusterUrl(cluster, MIGRATOR_LOGIN, cluster.passwords[MIGRATOR_LOGIN], name),
    tenantContextKey: cluster.tenantContextKey,
  });
  const urlOf = (login: keyof TestCluster["passwords"]) =>
    clusterUrl(cluster, login, cluster.passwords[login], name);
  const urls = {
    tenant: urlOf("console_tenant"),
    overview: urlOf("console_overview"),
    worker: urlOf("console_worker"),
    search: urlOf("console_search"),
    identity: urlOf("console_identity"),
    migrator: urlOf(MIGRATOR_LOGIN),
    superuser: clusterUrl(cluster, "postgres", cluster.superuserPassword, name),
  };
  return {
    name,
    cluster,
    urls,
    env: environmentOf(cluster, urls),
    drop: ({ force } = { force: true }) =>
      asSuperuser(cluster, `DROP DATABASE IF EXISTS ${name}${force ? " WITH (FORCE)" : ""}`),
  };
}

function environmentOf(cluster: TestCluster, urls: TestDatabase["urls"]): Record<string, string> {
  return {
    CONSOLE_MODE: "demo",
    CONSOLE_URL: "http://localhost:3000",
    SOVEREIGN: "omantel",
    LOG_LEVEL: "warn",
    DATABASE_URL_TENANT: urls.tenant,
    DATABASE_URL_OVERVIEW: urls.overview,
    DATABASE_URL_WORKER: urls.worker,
    DATABASE_URL_SEARCH: urls.search,
    DATABASE_URL_IDENTITY: urls.identity,
    TENANT_CONTEXT_KEY: cluster.tenantContextKey,
    SESSION_KEY: randomBytes(32).toString("hex"),
    PAYLOAD_KEY: randomBytes(32).toString("hex"),
    NEXTAUTH_URL: "http://localhost:3000",
    NEXTAUTH_SECRET: randomBytes(32).toString("hex"),
    LOG_ORIGIN: "omantel.console.local",
    // Port 1 answers nobody: a test that needs these parts starts its own and says where.
    OPENBAO_ADDR: "http://127.0.0.1:1",
    OPENBAO_TOKEN_FILE: "/nonexistent/openbao-token",
    IDENTITY_CONFIG: "/nonexistent/identity.json",
  };
}
