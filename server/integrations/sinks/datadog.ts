import "server-only";
import type { z } from "zod";
import type { DatadogConfig } from "#server/engines/delivery/sink-kinds.ts";
import { documentOf } from "./document-of.ts";
import { type PartAnswer, sendInParts } from "./send-in-parts.ts";
import type { DeliverableEvent, Sink, SinkWorld } from "./sink.ts";
import { SinkHttp } from "./sink-http.ts";
import { statusTrouble } from "./status-trouble.ts";

/** Limits of the intake: 1000 logs and 5 MB a request, 1 MB a log. Half a MB is left for safety. */
const LIMITS = { maxItems: 1_000, maxBytes: 4_500_000, maxItemBytes: 1_000_000 };
const FIELDS = { login: "apiKey", place: "url" };

/**
 * Datadog's log intake, version 2. It takes a request whole (202) and knows no ids: an event that is
 * sent twice is there twice, with the same `id`. https://docs.datadoghq.com/api/latest/logs/#send-logs
 */
export async function datadogSink(
  config: z.infer<typeof DatadogConfig>,
  world: SinkWorld,
): Promise<Sink> {
  const apiKey = await world.secret(config.apiKey, "apiKey");
  const http = new SinkHttp({
    url: config.url,
    isAllowedAddress: (address) => world.isAllowedAddress(address),
  });
  const post = (items: readonly string[], signal: AbortSignal) =>
    http.call({
      method: "POST",
      path: "/api/v2/logs",
      headers: { "content-type": "application/json", "dd-api-key": apiKey.reveal() },
      body: `[${items.join(",")}]`,
      signal,
    });
  const send = async (items: readonly string[], signal: AbortSignal): Promise<PartAnswer> => {
    const answer = await post(items, signal);
    if (answer.status >= 200 && answer.status < 300) {
      return { kind: "outcomes", outcomes: items.map(() => ({ kind: "delivered" })) };
    }
    if (answer.status === 413) return { kind: "too-large" };
    if (answer.status === 400) return { kind: "unfit", reason: "the intake answered 400" };
    throw statusTrouble(answer, http.receiver, FIELDS);
  };

  return {
    deliver(events, signal) {
      const items = events.map((event) => itemOf(event, config));
      return sendInParts(items, LIMITS, (part) =>
        send(
          part.map((at) => items[at] ?? ""),
          signal,
        ),
      );
    },
    /** No log at all: the key is judged before the body is. */
    async check(signal) {
      const answer = await post([], signal);
      const isTaken = (answer.status >= 200 && answer.status < 300) || answer.status === 400;
      if (!isTaken) throw statusTrouble(answer, http.receiver, FIELDS);
    },
    close: () => http.close(),
  };
}

function itemOf(event: DeliverableEvent, config: z.infer<typeof DatadogConfig>): string {
  const { outcome } = event.envelope;
  return JSON.stringify({
    ddsource: "sovereign-console",
    service: config.service,
    ddtags: `tenant:${event.tenantId},format:${config.format}`,
    message: event.type,
    status: outcome === "succeeded" ? "info" : "warn",
    timestamp: event.occurredAt.getTime(),
    event: documentOf(event, config.format),
  });
}
