import "server-only";
import pg from "pg";
import { env } from "../env/env.ts";

/** One pool for each database login: a call runs as exactly one of them (law 4). */
interface Pools {
  tenant: pg.Pool;
  worker: pg.Pool;
  overview: pg.Pool;
  search: pg.Pool;
}

// One set of pools a process, also when a bundler loads this module twice.
const shared = globalThis as typeof globalThis & { consolePools?: Pools };

function makePool(connectionString: string, name: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: env().DATABASE_POOL_SIZE,
    application_name: `console-${name}`,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    pipeline: true,
  } as pg.PoolConfig);
  // An idle connection that breaks is dropped by the pool; the next checkout makes another.
  pool.on("error", () => undefined);
  // One that breaks while in use fails its statements; unheard, its event would end the process.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

export function pools(): Pools {
  shared.consolePools ??= {
    tenant: makePool(env().DATABASE_URL_TENANT, "tenant"),
    worker: makePool(env().DATABASE_URL_WORKER, "worker"),
    overview: makePool(env().DATABASE_URL_OVERVIEW, "overview"),
    search: makePool(env().DATABASE_URL_SEARCH, "search"),
  };
  return shared.consolePools;
}

/** Closes every pool: at shutdown, and between tests. */
export async function closePools(): Promise<void> {
  const open = shared.consolePools;
  delete shared.consolePools;
  if (open) await Promise.all(Object.values(open).map((pool: pg.Pool) => pool.end()));
}
