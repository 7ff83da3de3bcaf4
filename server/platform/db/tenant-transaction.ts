import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";
import { createSecretKey, type KeyObject } from "node:crypto";
import type { Duplex } from "node:stream";
import type pg from "pg";
import type { PrismaClient } from "#prisma-client";
import {
  isLocked,
  keepDataKeys,
  type StoredDataKey,
  type StoredWrapKey,
  unlock,
} from "../audit/data-keys.ts";
import { type KeyReading, runWithKeys } from "../audit/key-reading.ts";
import { keepTenantKeys, needsTenantKeys, type StoredTenantKey } from "../audit/tenant-keys.ts";
import { env } from "../env/env.ts";
import { AppError } from "../errors/app-error.ts";
import type { AuthorizedTenantId, AuthorizedTenantSet } from "../tenancy/authorized-tenant.ts";
import { type ContextKind, signContext } from "../tenancy/signed-context.ts";
import { pools } from "./connection-pools.ts";
import { isKept } from "./kept-statements.ts";
import { pinPrisma, statementName } from "./pinned-prisma.ts";

export { closePools } from "./connection-pools.ts";

/** Prisma without what would leave the transaction or the connection. */
export type TransactionPrisma = Omit<
  PrismaClient,
  "$transaction" | "$connect" | "$disconnect" | "$on" | "$extends"
>;

/** One transaction in one tenant's context, on one connection. */
export interface TenantTx {
  readonly db: TransactionPrisma;
  /** A parameterised statement on the same connection. */
  query<Row extends pg.QueryResultRow>(text: string, params?: readonly unknown[]): Promise<Row[]>;
  /**
   * The same for a constant text whose plan does not depend on its parameters: each connection
   * reads and plans it once.
   */
  prepared<Row extends pg.QueryResultRow>(
    text: string,
    params?: readonly unknown[],
  ): Promise<Row[]>;
  /** The database's clock when the transaction began (law 8). */
  startedAt(): Promise<Date>;
  /** Something was sent and need not be waited for now: the transaction commits only if it went well. */
  beforeCommit(sent: Promise<unknown>): void;
}

const CONTEXT_LIFETIME_MILLIS = 300_000;

const prismaOf = new WeakMap<pg.PoolClient, PrismaClient>();
interface TransactionOptions {
  /** Refuses writes, and answers without waiting for the COMMIT: there is nothing to lose. */
  readOnly?: boolean;
  /** Read-only, and every statement sees the same state: that of the first one. */
  snapshot?: boolean;
  /** The longest that a statement may take, when that is less than what holds for all. Milliseconds. */
  timeoutMillis?: number;
}

/** Tries of a transaction whose keys are dropped beside it each time. */
const MOST_TRIES = 5;

/**
 * Runs `work` in one transaction of `tenant`, as the tenant, worker or search login. It is undone and run
 * again when it needs a key that another process made since this one read the tenant's keys, or when an act
 * beside it dropped them meanwhile.
 */
export async function withTenant<Result>(
  tenant: AuthorizedTenantId,
  login: "tenant" | "worker" | "search",
  work: (tx: TenantTx) => Promise<Result>,
  options: TransactionOptions = {},
): Promise<Result> {
  const { snapshot = false, timeoutMillis } = options;
  const readOnly = snapshot || (options.readOnly ?? login === "search");
  const entry = { kind: login, tenants: [tenant], readOnly, snapshot, timeoutMillis };
  for (let stale = 0; ; ) {
    const isFresh = stale > 0 || needsTenantKeys(tenant);
    const reading: KeyReading = { tenant, isFresh, missed: false };
    const tried = await inContext(pools()[login], entry, async (tx) => {
      const locked = isFresh ? await readKeys(tx, tenant) : undefined;
      if (locked) return { locked };
      const result = await runWithKeys(reading, () => work(tx));
      if (reading.missed) throw new Error("a key of the tenant was not known");
      return { locked: null, result };
    }).catch((error: unknown) => {
      if (!reading.missed || stale + 1 >= MOST_TRIES) throw error;
      return "stale" as const;
    });
    if (tried === "stale") {
      stale += 1;
      continue;
    }
    if (!tried.locked) return tried.result;
    // No outside I/O in a transaction (law 2): this one ended, and the next finds the key unwrapped.
    await unlock(tenant, tried.locked).catch((cause: unknown) => {
      const words = "The keeper of this organization's keys does not give its key.";
      throw new AppError("unavailable", words, { retryAfterSeconds: 10 }, { cause });
    });
  }
}

/** Keeps the tenant's keys for this process; gives the key that the keeper has to unwrap before. */
async function readKeys(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<StoredWrapKey | undefined> {
  const [own, [wrapKey], dataKeys] = await Promise.all([
    tx.prepared<StoredTenantKey>(TENANT_KEYS, [tenant]),
    tx.prepared<StoredWrapKey & Record<string, unknown>>(WRAP_KEY, [tenant]),
    tx.prepared<StoredDataKey & Record<string, unknown>>(DATA_KEYS, [tenant]),
  ]);
  if (wrapKey && isLocked(tenant, wrapKey)) return wrapKey;
  keepDataKeys(tenant, wrapKey, dataKeys);
  keepTenantKeys(tenant, own, dataKeys.length > 0);
  return undefined;
}

const TENANT_KEYS =
  "SELECT key_id, wrapped FROM tenant_key WHERE tenant_id = $1 ORDER BY created_at, key_id";
const WRAP_KEY =
  "SELECT version, keeper, wrapped FROM audit_wrap_key WHERE tenant_id = $1 AND wrapped IS NOT NULL";
const DATA_KEYS =
  "SELECT key_id, class, period::text AS period, wrapped FROM audit_data_key WHERE tenant_id = $1";

/** Runs `work` read-only over a signed set of tenants. */
export function withTenantSet<Result>(
  tenants: AuthorizedTenantSet,
  work: (tx: TenantTx) => Promise<Result>,
): Promise<Result> {
  return inContext(pools().overview, { kind: "overview", tenants, readOnly: true }, work);
}

/**
 * A statement of the worker outside any tenant: only the `app.due_*` functions answer it. They see nothing
 * of a tenant that is not open, but what is still to be sealed.
 */
export async function findDueKeys<Row extends pg.QueryResultRow>(
  functionCall: string,
  params: readonly unknown[] = [],
): Promise<Row[]> {
  const { rows } = await pools().worker.query<Row>(`SELECT * FROM ${functionCall}`, [...params]);
  return rows;
}

interface Entry {
  kind: ContextKind;
  tenants: readonly string[];
  readOnly: boolean;
  snapshot?: boolean;
  timeoutMillis?: number | undefined;
}

/** Whose turn it is on a connection, so that a call left over from an ended one cannot join in. */
const turnOf = new WeakMap<pg.PoolClient, symbol>();
const ownTurn = new AsyncLocalStorage<symbol>();

async function inContext<Result>(
  pool: pg.Pool,
  entry: Entry,
  work: (tx: TenantTx) => Promise<Result>,
): Promise<Result> {
  const connection = await checkout(pool);
  const turn = Symbol(entry.kind);
  turnOf.set(connection, turn);
  const entered = enter(connection, entry);
  const sent: Promise<unknown>[] = [];
  let result: Result;
  try {
    // Awaited inside the turn: Prisma's promises start when they are awaited.
    result = await ownTurn.run(
      turn,
      async () => await work(transactionOn(connection, entered, entry.kind, sent)),
    );
    await entered;
  } catch (error) {
    const refusal = await entered.then(
      () => undefined,
      (cause: unknown) => ({ cause }),
    );
    await end(connection, "ROLLBACK", refusal === undefined).catch(() => undefined);
    // What failed first is the cause: later statements only say that the transaction is aborted.
    throw refusal ? refusal.cause : error;
  }
  const ended = end(connection, "COMMIT", true);
  if (entry.readOnly) {
    ended.catch(() => undefined);
    return result;
  }
  const [first] = (await Promise.allSettled(sent)).filter(isRejected);
  if (first) {
    await ended.catch(() => undefined);
    throw first.reason;
  }
  // A COMMIT after a swallowed failure answers ROLLBACK without an error.
  if ((await ended) !== "COMMIT") throw new Error("the transaction had failed and was undone");
  return result;
}

function isRejected(settled: PromiseSettledResult<unknown>): settled is PromiseRejectedResult {
  return settled.status === "rejected";
}

/** Ends the transaction and wipes what a statement may have left on the session, or drops the connection. */
async function end(
  connection: pg.PoolClient,
  how: "COMMIT" | "ROLLBACK",
  isReusable: boolean,
): Promise<string | undefined> {
  turnOf.delete(connection);
  try {
    const results = (await connection.query(`${how}; RESET ALL`)) as unknown as pg.QueryResult[];
    connection.release(!isReusable);
    return results[0]?.command;
  } catch (error) {
    connection.release(true);
    throw error;
  }
}

async function checkout(pool: pg.Pool): Promise<pg.PoolClient> {
  let connection: pg.PoolClient;
  try {
    connection = await pool.connect();
  } catch (error) {
    throw new AppError(
      "unavailable",
      "The database is not reachable.",
      { retryAfterSeconds: 5 },
      { cause: error },
    );
  }
  return connection;
}

/**
 * BEGIN and the context go out together, without waiting: whatever follows on this connection
 * runs after them, and fails if they failed. `app.enter` refuses a connection that is not clean.
 */
function beginOf({ readOnly, snapshot }: Entry): string {
  if (snapshot) return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
  return readOnly ? "BEGIN READ ONLY" : "BEGIN";
}

let keptKey: { hex: string; key: KeyObject } | undefined;

function contextKey(): KeyObject {
  const hex = env().TENANT_CONTEXT_KEY;
  if (keptKey?.hex !== hex) keptKey = { hex, key: createSecretKey(hex, "hex") };
  return keptKey.key;
}

/** Whatever this turn of the event loop sends on the connection leaves in one packet. */
function sendTogether(connection: pg.PoolClient): void {
  const { stream } = (connection as unknown as { connection: { stream: Duplex } }).connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

function enter(connection: pg.PoolClient, entry: Entry): Promise<Date> {
  sendTogether(connection);
  const pid = (connection as unknown as { processID: number }).processID;
  const key = contextKey();
  const expiresAt = Date.now() + CONTEXT_LIFETIME_MILLIS;
  const context = signContext(key, entry.kind, entry.tenants, expiresAt, pid);
  const begun = connection.query(beginOf(entry));
  begun.catch(() => undefined);
  const entered = connection
    .query({
      name: "console_enter",
      // A lock taken for the session would outlive the call that took it.
      text: "SELECT app.enter($1, $2) AS at, pg_advisory_unlock_all()",
      values: [context, Math.min(env().STATEMENT_TIMEOUT_MILLIS, entry.timeoutMillis ?? Infinity)],
    })
    .then((result) => (result.rows[0] as { at: Date }).at);
  entered.catch(() => undefined);
  return entered;
}

function transactionOn(
  connection: pg.PoolClient,
  entered: Promise<Date>,
  kind: ContextKind,
  sent: Promise<unknown>[],
): TenantTx {
  let prisma = prismaOf.get(connection);
  if (!prisma) {
    prisma = pinPrisma(connection, () => refuseOutOfTurn(connection));
    prismaOf.set(connection, prisma);
  }
  return {
    db: prisma,
    startedAt: () => entered,
    beforeCommit(statement) {
      statement.catch(() => undefined);
      sent.push(statement);
    },
    async query<Row extends pg.QueryResultRow>(text: string, params: readonly unknown[] = []) {
      if (kind === "worker" && isKept(text)) return this.prepared<Row>(text, params);
      refuseOutOfTurn(connection);
      sendTogether(connection);
      const result = await connection.query<Row>(extended(text, params));
      return result.rows;
    },
    async prepared<Row extends pg.QueryResultRow>(text: string, params: readonly unknown[] = []) {
      refuseOutOfTurn(connection);
      sendTogether(connection);
      const query = { ...extended(text, params), name: statementName(text) };
      const result = await connection.query<Row>(query);
      return result.rows;
    },
  };
}

function refuseOutOfTurn(connection: pg.PoolClient): void {
  const turn = turnOf.get(connection);
  if (turn === undefined || turn !== ownTurn.getStore()) {
    throw new Error("this transaction has ended: await every statement inside it");
  }
}

/** The extended protocol takes one statement only: a `;` smuggled into a text cannot start another. */
function extended(text: string, params: readonly unknown[]): pg.QueryConfig {
  return { text, values: [...params], queryMode: "extended" } as pg.QueryConfig;
}

/** Throws unless the database answers as the tenant login. */
export async function canReachDatabase(): Promise<void> {
  await pools().tenant.query("SELECT 1");
}
