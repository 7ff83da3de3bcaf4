import "server-only";
import { readFileSync } from "node:fs";
import { type Consumer, type JsMsg, jetstream } from "@nats-io/jetstream";
import { type ConnectionOptions, connect, type NatsConnection } from "@nats-io/transport-node";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { natsLogin } from "../nats/nats-login.ts";
import { EventStreamError } from "./event-stream-error.ts";

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
  /** At most so many, as soon as there is one; none after some seconds without. Throws EventStreamError. */
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
    const options = optionsOf(address);
    return named(async () => {
      // One whose consumer was not found, or that the server ended.
      await connection?.close();
      connection = await connect(options);
      // Whoever uses it next is told that it is closed; nobody else listens.
      connection.closed().catch(() => undefined);
      const { consumers } = jetstream(connection, { timeout: TIMEOUT_MILLIS });
      consumer = await consumers.get(address.stream, address.consumer);
      return consumer;
    });
  }

  async function named<Result>(act: () => Promise<Result>): Promise<Result> {
    try {
      return await act();
    } catch (error) {
      throw new EventStreamError(address, error);
    }
  }

  return {
    async take(most) {
      const from = await connected();
      taken = await named(() => next(from, most));
      return taken.map(({ headers, data }) => ({
        headers: new Map(
          (headers?.keys() ?? []).map((name) => [name.toLowerCase(), headers?.get(name) ?? ""]),
        ),
        body: data,
      }));
    },
    async acknowledge() {
      const known = taken.splice(0);
      await named(async () => {
        for (const message of known) message.ack();
        await connection?.flush();
      });
    },
    async close() {
      await connection?.close();
      connection = null;
      consumer = null;
    },
  };
}

async function next(from: Consumer, most: number): Promise<JsMsg[]> {
  const first = await from.next({ expires: LOOK_MILLIS });
  if (!first) return [];
  const taken = [first];
  // What waits besides is asked for by its number: a look for more than there is would wait for it.
  const rest = Math.min(most - 1, first.info.pending);
  if (rest > 0) {
    const more = await from.fetch({ max_messages: rest, expires: LOOK_MILLIS });
    for await (const message of more) taken.push(message);
  }
  return taken;
}

function optionsOf({ servers, username, caFile, secret }: StreamAddress): ConnectionOptions {
  const isTls = servers.some((server) => server.startsWith("tls://"));
  const tls = caFile ? { ca: readFileSync(caFile, "utf8") } : {};
  return {
    name: "sovereign-console-events",
    servers: [...servers],
    reconnect: false,
    timeout: TIMEOUT_MILLIS,
    ...(isTls || caFile ? { tls } : {}),
    ...natsLogin(username ?? "", secret?.() ?? null),
  };
}
