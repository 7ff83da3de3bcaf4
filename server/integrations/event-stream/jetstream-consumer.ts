import "server-only";
import { readFileSync } from "node:fs";
import { type Consumer, type JsMsg, jetstream } from "@nats-io/jetstream";
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  type NatsConnection,
} from "@nats-io/transport-node";
import type { SecretValue } from "#server/platform/secret-value.ts";

const TIMEOUT_MILLIS = 10_000;
/** How long one look waits for a first message. The server's signs of life come twice as often. */
const LOOK_MILLIS = 5_000;

export interface StreamAddress {
  servers: readonly string[];
  stream: string;
  /** A durable pull consumer with explicit acknowledgement. */
  consumer: string;
  username?: string;
  caFile?: string;
  /** A token, the password of the name, or a credentials file; read anew for each connection. */
  secret?: () => SecretValue;
}

export interface StreamMessage {
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** Messages of a durable pull consumer: each comes again until it is acknowledged. */
export interface StreamConsumer {
  /** At most so many, as soon as there is one; none after some seconds without. Throws while the server is away. */
  take(most: number): Promise<readonly StreamMessage[]>;
  /** Acknowledges what `take` gave last, and waits until the server has it. */
  acknowledge(): Promise<void>;
  close(): Promise<void>;
}

export function jetstreamConsumer(address: StreamAddress): StreamConsumer {
  let connection: NatsConnection | null = null;
  let consumer: Consumer | null = null;
  let taken: JsMsg[] = [];

  async function connected(): Promise<Consumer> {
    if (consumer && connection && !connection.isClosed()) return consumer;
    connection = await connect(optionsOf(address));
    // Whoever uses it next is told that it is closed; nobody else listens.
    connection.closed().catch(() => undefined);
    consumer = await jetstream(connection, { timeout: TIMEOUT_MILLIS }).consumers.get(
      address.stream,
      address.consumer,
    );
    return consumer;
  }

  return {
    async take(most) {
      const from = await connected();
      taken = [];
      const first = await from.next({ expires: LOOK_MILLIS });
      if (!first) return [];
      taken.push(first);
      // What waits besides is asked for by its number: a look for more than there is would wait for it.
      const rest = Math.min(most - 1, first.info.pending);
      if (rest > 0) {
        const more = await from.fetch({ max_messages: rest, expires: LOOK_MILLIS });
        for await (const message of more) taken.push(message);
      }
      return taken.map(({ headers, data }) => ({
        headers: new Map(
          (headers?.keys() ?? []).map((name) => [name.toLowerCase(), headers?.get(name) ?? ""]),
        ),
        body: data,
      }));
    },
    async acknowledge() {
      for (const message of taken) message.ack();
      taken = [];
      await connection?.flush();
    },
    async close() {
      await connection?.close();
      connection = null;
      consumer = null;
    },
  };
}

function optionsOf({ servers, username, caFile, secret }: StreamAddress): ConnectionOptions {
  const value = secret?.().reveal();
  const login = !value
    ? username
      ? { user: username }
      : {}
    : username
      ? { user: username, pass: value }
      : value.includes("BEGIN NATS USER JWT")
        ? { authenticator: credsAuthenticator(new TextEncoder().encode(value)) }
        : { token: value };
  const isTls = servers.some((server) => server.startsWith("tls://"));
  const tls = caFile ? { ca: readFileSync(caFile, "utf8") } : {};
  return {
    name: "sovereign-console-events",
    servers: [...servers],
    reconnect: false,
    timeout: TIMEOUT_MILLIS,
    ...(isTls || caFile ? { tls } : {}),
    ...login,
  };
}
