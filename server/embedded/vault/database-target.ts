import pg, { escapeIdentifier, escapeLiteral } from "pg";
import { scramVerifier } from "#server/platform/db/scram-verifier.ts";
import type { DatabaseConnection } from "./engine-state.ts";
import { VaultError } from "./vault-error.ts";

const CONNECT_TIMEOUT_MILLIS = 5_000;

/** Runs statements in one transaction as the connection's own login. A failure is OpenBao's 500. */
export async function runOnTarget(
  connection: DatabaseConnection,
  statements: string[],
): Promise<void> {
  const client = new pg.Client({
    connectionString: connection.connection_url
      .replaceAll("{{username}}", encodeURIComponent(connection.username))
      .replaceAll("{{password}}", encodeURIComponent(connection.password)),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MILLIS,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("BEGIN");
    for (const statement of statements) await client.query(statement);
    await client.query("COMMIT");
  } catch (error) {
    // Postgres' message may quote the statement, which holds a password: only its code goes on.
    const code = (error as { code?: string }).code ?? "unreachable";
    throw new VaultError(500, `failed to execute query: ERROR (SQLSTATE ${code})`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What the database is told: with `scram-sha-256` its verifier, so that no log of it holds the value. */
export function passwordFor(connection: DatabaseConnection, password: string): string {
  const isHashed = connection.password_authentication === "scram-sha-256";
  return isHashed ? scramVerifier(password) : password;
}

export function setPassword(username: string, password: string): string {
  return `ALTER ROLE ${escapeIdentifier(username)} LOGIN PASSWORD ${escapeLiteral(password)}`;
}

export function extendUntil(username: string, expiresAt: number): string {
  return `ALTER ROLE ${escapeIdentifier(username)} VALID UNTIL ${escapeLiteral(isoOf(expiresAt))}`;
}

export function dropRole(username: string): string[] {
  const name = escapeIdentifier(username);
  const known = `SELECT 1 FROM pg_roles WHERE rolname = ${escapeLiteral(username)}`;
  return [
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ${escapeLiteral(username)}`,
    `DO $$BEGIN IF EXISTS (${known}) THEN DROP OWNED BY ${name}; DROP ROLE ${name}; END IF; END$$`,
  ];
}

/** Fills a creation statement's places. The values are ours, or verifiers: none holds a quote. */
export function fillStatement(
  statement: string,
  values: { name: string; password: string; expiresAt: number },
): string {
  return statement
    .replaceAll("{{name}}", values.name)
    .replaceAll("{{username}}", values.name)
    .replaceAll("{{password}}", () => values.password)
    .replaceAll("{{expiration}}", isoOf(values.expiresAt));
}

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
