import "server-only";
import { createHash } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "#prisma-client";

/**
 * A pool of exactly one connection, for one PrismaClient (docs/adr/0004-one-prisma-per-connection.md).
 * It subclasses pg.Pool because the adapter decides by `instanceof`. The transaction is ours, so
 * Prisma's own BEGIN/COMMIT, sent for multi-statement operations, become a savepoint.
 */
class PinnedPool extends pg.Pool {
  readonly #connection: pg.PoolClient;
  readonly #refuseOutOfTurn: () => void;

  constructor(connection: pg.PoolClient, refuseOutOfTurn: () => void) {
    super({ max: 1 });
    this.#connection = connection;
    this.#refuseOutOfTurn = refuseOutOfTurn;
  }

  override query(...args: unknown[]): never {
    this.#refuseOutOfTurn();
    return (this.#connection.query as (...all: unknown[]) => never)(...args);
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: never): void;
  override connect(): Promise<pg.PoolClient> {
    return Promise.resolve(savepointFacade(this.#connection, this.#refuseOutOfTurn));
  }
}

const SAVEPOINTS: Record<string, string> = {
  BEGIN: "SAVEPOINT prisma_operation",
  COMMIT: "RELEASE SAVEPOINT prisma_operation",
  ROLLBACK: "ROLLBACK TO SAVEPOINT prisma_operation",
};

function savepointFacade(connection: pg.PoolClient, refuseOutOfTurn: () => void): pg.PoolClient {
  const query = (first: string | { text: string }, ...rest: unknown[]) => {
    refuseOutOfTurn();
    const text = typeof first === "string" ? first : first.text;
    const mapped = SAVEPOINTS[text.trim().toUpperCase()];
    if (mapped !== undefined) return connection.query(mapped);
    return (connection.query as (...all: unknown[]) => unknown)(first, ...rest);
  };
  return new Proxy(connection, {
    get(target, property) {
      if (property === "query") return query;
      if (property === "release") return () => undefined;
      const value: unknown = Reflect.get(target, property);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

let statements = new Map<string, string>();

/**
 * A name for a prepared statement, so that a connection plans each text once. It comes from the text
 * itself: a bundler may load this module twice, and both copies use the same connections.
 */
export function statementName(sql: string): string {
  let name = statements.get(sql);
  if (name === undefined) {
    // Unbounded text (IN lists of any length) must not fill memory.
    if (statements.size >= 1_000) statements = new Map();
    name = `s${createHash("sha256").update(sql).digest("base64url").slice(0, 32)}`;
    statements.set(sql, name);
  }
  return name;
}

/**
 * Makes the PrismaClient that lives as long as this connection does. `refuseOutOfTurn` is asked
 * before each statement and throws for one whose transaction is over: Prisma's promises are lazy.
 */
export function pinPrisma(connection: pg.PoolClient, refuseOutOfTurn: () => void): PrismaClient {
  const adapter = new PrismaPg(new PinnedPool(connection, refuseOutOfTurn), {
    statementNameGenerator: (query) => statementName(query.sql),
  });
  return new PrismaClient({ adapter });
}
