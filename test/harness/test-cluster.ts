import { randomBytes } from "node:crypto";
import pg from "pg";
import {
  APPLICATION_LOGINS,
  ensureLogins,
  type LoginPasswords,
  MIGRATOR_LOGIN,
} from "../../server/platform/db/logins.ts";
import { migrate } from "../../server/platform/db/migrate.ts";

export const TEMPLATE_DATABASE = "console_template";

/** What every test process needs to reach the run's one Postgres server. */
export interface TestCluster {
  readonly port: number;
  readonly superuserPassword: string;
  readonly passwords: LoginPasswords;
  readonly tenantContextKey: string;
  readonly logFile: string;
}

export function clusterUrl(
  cluster: Pick<TestCluster, "port">,
  login: string,
  password: string,
  database: string,
): string {
  return `postgresql://${login}:${password}@127.0.0.1:${cluster.port}/${database}`;
}

export function newPasswords(): LoginPasswords {
  const logins = [...APPLICATION_LOGINS, MIGRATOR_LOGIN];
  const passwords = logins.map((login) => [login, randomBytes(24).toString("hex")]);
  return Object.fromEntries(passwords) as LoginPasswords;
}

/** Makes the logins and the migrated template that each test database is a copy of. */
export async function prepareCluster(cluster: TestCluster): Promise<void> {
  const admin = new pg.Client({
    connectionString: clusterUrl(cluster, "postgres", cluster.superuserPassword, "postgres"),
  });
  await admin.connect();
  try {
    await ensureLogins(admin, cluster.passwords);
    await admin.query(`CREATE DATABASE ${TEMPLATE_DATABASE} OWNER ${MIGRATOR_LOGIN}`);
  } finally {
    await admin.end();
  }
  const migrator = clusterUrl(
    cluster,
    MIGRATOR_LOGIN,
    cluster.passwords[MIGRATOR_LOGIN],
    TEMPLATE_DATABASE,
  );
  await migrate({ connectionString: migrator, tenantContextKey: cluster.tenantContextKey });
}
