import "server-only";
import { readFileSync } from "node:fs";
import { binaryEvent, jsonOf } from "#server/engines/cloud-events/read-http-message.ts";
import type { MappedEvent } from "#server/engines/ingest/mapped.ts";
import { MAPPERS } from "#server/engines/ingest/mapper-of.ts";
import {
  jetstreamConsumer,
  type StreamConsumer,
  type StreamMessage,
} from "#server/integrations/event-stream/jetstream-consumer.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import type { EventReader } from "./reading.ts";
import type { SourceOf } from "./sources-config.ts";

const MOST_EVENTS = 250;

/**
 * Reads CloudEvents of a JetStream consumer (NATS binding: structured, or attributes in `ce-` headers).
 * A message is acknowledged when its event, or the dead letter that it became, is on disk.
 */
export function streamReader(
  { servers, stream, consumer, username, secretFile, caFile }: SourceOf<"nats">,
  open: typeof jetstreamConsumer = jetstreamConsumer,
): EventReader {
  const messages: StreamConsumer = open({
    servers,
    stream,
    consumer,
    ...(username ? { username } : {}),
    ...(caFile ? { caFile } : {}),
    ...(secretFile
      ? { secret: () => SecretValue.of(readFileSync(secretFile, "utf8").trim()) }
      : {}),
  });
  return {
    close: () => messages.close(),
    async read() {
      const taken = await messages.take(MOST_EVENTS);
      return {
        events: taken.flatMap(eventsOf),
        isFull: taken.length === MOST_EVENTS,
        kept: () => messages.acknowledge(),
      };
    },
  };
}

function eventsOf({ headers, body }: StreamMessage): MappedEvent[] {
  const arrived = headers.has("ce-specversion") ? binaryEvent(headers, body) : jsonOf(body);
  return arrived.fault
    ? [{ ...arrived, home: { kind: "source" } }]
    : MAPPERS.nats(arrived.original);
}
