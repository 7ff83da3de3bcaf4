import "server-only";
import { JetStreamApiError, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { errors, headers, type NatsConnection } from "@nats-io/transport-node";
import type { z } from "zod";
import type { NatsJetStreamConfig } from "#server/engines/delivery/sink-kinds.ts";
import { documentOf } from "./document-of.ts";
import { connectNats } from "./nats-connection.ts";
import { natsTrouble, streamTrouble } from "./nats-trouble.ts";
import type { DeliverableEvent, DeliveryOutcome, Sink, SinkWorld } from "./sink.ts";
import { secretsOf } from "./tls-secrets.ts";

type Config = z.infer<typeof NatsJetStreamConfig>;

const TIMEOUT_MILLIS = 10_000;
const MAX_IN_FLIGHT = 200;
const TOO_BIG = 10_054;
const OTHER_STREAM = 10_060;
/** Nanoseconds. An answer that was lost is sent again within it, or the stream can't know the event. */
const LEAST_WINDOW = 120_000_000_000;

/**
 * NATS JetStream: an event is delivered when the stream has acknowledged it, and one that is sent twice
 * is there once, by `Nats-Msg-Id`, as long as the stream's duplicate window. CloudEvents travel in the
 * structured mode of the NATS binding. https://docs.nats.io/nats-concepts/jetstream/headers
 */
export async function natsJetStreamSink(config: Config, world: SinkWorld): Promise<Sink> {
  const tls = await secretsOf(config, world);
  const token = config.token ? await world.secret(config.token, "token") : null;
  let connection: NatsConnection | null = null;
  let opening: Promise<NatsConnection> | null = null;
  let isOver = false;

  const connected = async (signal: AbortSignal): Promise<NatsConnection> => {
    if (connection && !connection.isClosed()) return connection;
    opening ??= connectNats(config, { ...tls, token }, world, TIMEOUT_MILLIS).finally(() => {
      opening = null;
    });
    const made = await opening;
    // Closed while it was made: a connection that nobody knows of would keep the process alive.
    if (isOver) await made.close();
    else connection = made;
    signal.throwIfAborted();
    return made;
  };

  return {
    async deliver(events, signal) {
      const nats = await connected(signal);
      const outcomes: DeliveryOutcome[] = [];
      for (let from = 0; from < events.length; from += MAX_IN_FLIGHT) {
        const part = events.slice(from, from + MAX_IN_FLIGHT);
        outcomes.push(...(await publish(nats, config, part)));
        const waiting = outcomes.find(({ kind }) => kind === "later");
        if (waiting) return events.map((_event, at) => outcomes[at] ?? waiting);
        signal.throwIfAborted();
      }
      return outcomes;
    },
    async check(signal) {
      const nats = await connected(signal);
      try {
        await checkStream(nats, config);
      } catch (error) {
        throw natsTrouble(error, config);
      }
    },
    async close() {
      isOver = true;
      await connection?.close();
      connection = null;
    },
  };
}

/** All of a part at once, in their order on one connection; one acknowledgement for each. */
async function publish(
  nats: NatsConnection,
  config: Config,
  events: readonly DeliverableEvent[],
): Promise<DeliveryOutcome[]> {
  const stream = jetstream(nats, { timeout: TIMEOUT_MILLIS });
  const largest = nats.info?.max_payload ?? Number.POSITIVE_INFINITY;
  const answers = await Promise.allSettled(
    events.map(async (event): Promise<DeliveryOutcome> => {
      const body = JSON.stringify(documentOf(event, config.format));
      // Headers count too, a few hundred bytes of them.
      const bytes = Buffer.byteLength(body) + 512;
      if (bytes > largest) {
        const reason = `has ${bytes} bytes, and the server takes ${largest}`;
        return { kind: "rejected", reason };
      }
      await stream.publish(config.subject, body, {
        msgID: event.id,
        timeout: TIMEOUT_MILLIS,
        headers: headersOf(event, config.format),
        ...(config.stream ? { expect: { streamName: config.stream } } : {}),
      });
      return { kind: "delivered" };
    }),
  );
  return answers.map((answer) =>
    answer.status === "fulfilled" ? answer.value : outcomeOf(answer.reason, config),
  );
}

function headersOf(event: DeliverableEvent, format: "cloudevents" | "ocsf") {
  const said = headers();
  const type = format === "ocsf" ? "application/json" : "application/cloudevents+json";
  said.set("content-type", `${type}; charset=utf-8`);
  said.set("event-type", event.type);
  said.set("event-leaf-index", String(event.seq));
  return said;
}

/** An answer about one event; what is about all of them is thrown. */
function outcomeOf(error: unknown, config: Config): DeliveryOutcome {
  if (error instanceof JetStreamApiError) {
    const { code } = error;
    if (code === TOO_BIG) {
      return { kind: "rejected", reason: "is bigger than the stream takes" };
    }
    if (code === OTHER_STREAM) throw streamTrouble(config);
    return { kind: "later", reason: `the stream refused it for now (${code})` };
  }
  if (error instanceof errors.TimeoutError || error instanceof errors.ClosedConnectionError) {
    return { kind: "later", reason: "the stream did not acknowledge it in time" };
  }
  throw natsTrouble(error, config);
}

/** That a stream takes the subject, acknowledges, and knows an event again for long enough. */
async function checkStream(nats: NatsConnection, config: Config): Promise<void> {
  const manager = await jetstreamManager(nats, { timeout: TIMEOUT_MILLIS });
  const name = await manager.streams.find(config.subject);
  if (config.stream && name !== config.stream) throw streamTrouble(config);
  const { no_ack: isSilent, duplicate_window: window = 0 } = (await manager.streams.info(name))
    .config;
  if (isSilent) throw streamTrouble(config, `${name} acknowledges nothing (no_ack)`);
  if (window < LEAST_WINDOW) {
    throw streamTrouble(
      config,
      `${name} forgets ids after less than two minutes (duplicate_window)`,
    );
  }
}
