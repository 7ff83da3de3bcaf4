import "server-only";
import pg from "pg";
import { env } from "../env/env.ts";

const shared = globalThis as typeof globalThis & { consoleIdentityPools?: Map<string, pg.Pool> };

/** The login of the platform tables: sessions and seen logout tokens. */
export function identityPool(): pg.Pool {
  return named("identity", {});
}

/** The same login without waiting for the disk: a lost count of calls is no loss. */
export function rateLimitPool(): pg.Pool {
  return named("rate-limit", { options: "-c synchronous_commit=off" });
}

export async function closeIdentityPools(): Promise<void> {
  const open = shared.consoleIdentityPools;
  delete shared.consoleIdentityPools;
  if (open) await Promise.all([...open.values()].map((pool) => pool.end()));
}

function named(name: string, config: pg.PoolConfig): pg.Pool {
  shared.consoleIdentityPools ??= new Map();
  let pool = shared.consoleIdentityPools.get(name);
  if (!pool) {
    pool = new pg.Pool({
      connectionString: env().DATABASE_URL_IDENTITY,
      max: env().DATABASE_POOL_SIZE,
      application_name: `console-${name}`,
      connectionTimeoutMillis: 5_000,
      statement_timeout: 10_000,
      ...config,
    });
    pool.on("error", () => undefined);
    // One that breaks while in use fails its statements; unheard, its event would end the process.
    pool.on("connect", (client) => client.on("error", () => undefined));
    shared.consoleIdentityPools.set(name, pool);
  }
  return pool;
}
