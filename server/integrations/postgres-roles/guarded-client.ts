import type { EventEmitter } from "node:events";
import pg from "pg";
import type { PostgresTarget, TargetLogin } from "./postgres-target.ts";

const CONNECT_TIMEOUT_MILLIS = 5_000;
const QUERY_TIMEOUT_MILLIS = 10_000;

/** The server wanted the password itself, or wanted none: either way no SCRAM took place. */
export class NotScramError extends Error {
  constructor(what: string) {
    super(`the target asked for ${what} instead of SCRAM-SHA-256`);
    this.name = "NotScramError";
  }
}

/**
 * Opens a connection that proves the password by SCRAM or not at all: the password is never sent
 * in the clear (law 6), and a server that trusts anybody is not taken for one that accepted it.
 */
export async function connectWithScram(
  target: PostgresTarget,
  login: TargetLogin,
): Promise<pg.Client> {
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    database: target.database,
    user: login.username,
    password: login.password.reveal(),
    ssl: target.tls === "verify-full" ? { rejectUnauthorized: true } : false,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MILLIS,
    query_timeout: QUERY_TIMEOUT_MILLIS,
    application_name: "sovereign-console-rotation",
  });
  client.on("error", () => undefined);
  const connection = (client as unknown as { connection: EventEmitter }).connection;
  let isScram = false;
  let fault: NotScramError | undefined;
  connection.prependListener("authenticationSASLFinal", () => {
    isScram = true;
  });
  try {
    // `connect` attaches pg's listeners before it returns: then ours take the place of two.
    const connecting = client.connect();
    refuse("authenticationCleartextPassword", "the password");
    refuse("authenticationMD5Password", "MD5");
    await connecting;
  } catch (error) {
    await close(client);
    throw fault ?? error;
  }
  if (!isScram) {
    await close(client);
    throw new NotScramError("nothing");
  }
  return client;

  /** Takes pg's own answer to the request away, so that the password stays here. */
  function refuse(event: string, what: string): void {
    connection.removeAllListeners(event);
    connection.on(event, () => {
      fault = new NotScramError(what);
      (connection as unknown as { stream: { destroy(): void } }).stream.destroy();
    });
  }
}

/** Ends a connection without letting a failure to do so hide the result. */
export async function close(client: pg.Client): Promise<void> {
  await client.end().catch(() => undefined);
}
