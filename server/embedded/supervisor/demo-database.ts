import { migrate } from "../../platform/db/migrate.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import type { RunningProcess } from "./child-process.ts";
import type { DataLayout } from "./data-layout.ts";
import type { DemoKeys } from "./demo-keys.ts";
import { migratorUrl, prepareDatabase } from "./prepare-database.ts";
import type { ProcessGroup } from "./process-group.ts";

interface DatabaseOptions {
  readonly group: ProcessGroup;
  readonly layout: DataLayout;
  readonly keys: DemoKeys;
  readonly port: number;
}

/** What only the migration and the seed may have. */
export interface AdminConnections extends Record<string, string> {
  readonly DATABASE_URL_MIGRATOR: string;
  readonly POSTGRES_ADMIN_URL: string;
}

/**
 * The database of the installation, with its schema up to date: the operator's when
 * DATABASE_URL_TENANT is set, else the embedded one, kept running on the same port.
 */
export async function startDatabase(options: DatabaseOptions): Promise<AdminConnections> {
  return process.env.DATABASE_URL_TENANT ? operatorsDatabase() : embeddedDatabase(options);
}

async function operatorsDatabase(): Promise<AdminConnections> {
  const { DATABASE_URL_MIGRATOR, POSTGRES_ADMIN_URL, TENANT_CONTEXT_KEY } = process.env;
  if (!DATABASE_URL_MIGRATOR || !POSTGRES_ADMIN_URL || !TENANT_CONTEXT_KEY) {
    throw new Error(
      "DATABASE_URL_TENANT names a Postgres of your own: set DATABASE_URL_MIGRATOR, POSTGRES_ADMIN_URL " +
        "(where the demo's credentials are to be rotated) and TENANT_CONTEXT_KEY too.",
    );
  }
  await migrate({
    connectionString: DATABASE_URL_MIGRATOR,
    tenantContextKey: TENANT_CONTEXT_KEY,
  });
  return { DATABASE_URL_MIGRATOR, POSTGRES_ADMIN_URL };
}

async function embeddedDatabase(options: DatabaseOptions): Promise<AdminConnections> {
  const { group, layout, keys, port } = options;
  const logFile = layout.logOf("postgres");
  let server: EmbeddedPostgres | undefined;
  const start = async (): Promise<RunningProcess> => {
    const started = await startEmbeddedPostgres({
      dataDir: layout.postgres,
      superuserPassword: keys.postgresSuperuser,
      logFile,
      port,
      exactPort: true,
    });
    server = started;
    return {
      pid: started.pid,
      ended: started.ended.then(() => "the server stopped"),
      exitCode: () => null,
      stop: () => started.stop(),
    };
  };
  await group.keepOther({ name: "postgres", logFile }, start);
  if (!server) throw new Error("Postgres did not start");
  const { superuserUrl } = server as EmbeddedPostgres;
  await prepareDatabase({
    superuserUrl,
    port,
    logins: keys.logins,
    tenantContextKey: keys.tenantContext,
  });
  return {
    DATABASE_URL_MIGRATOR: migratorUrl(port, keys.logins),
    POSTGRES_ADMIN_URL: superuserUrl(),
  };
}
