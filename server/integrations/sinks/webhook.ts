import "server-only";
import { createHash } from "node:crypto";
import type { z } from "zod";
import type { WebhookConfig } from "#server/engines/delivery/sink-kinds.ts";
import { documentOf } from "./document-of.ts";
import { type PartAnswer, sendInParts } from "./send-in-parts.ts";
import type { DeliverableEvent, Sink, SinkWorld } from "./sink.ts";
import { SinkHttp } from "./sink-http.ts";
import { statusTrouble } from "./status-trouble.ts";
import { secretsOf } from "./tls-secrets.ts";

const LIMITS = { maxItems: 200, maxBytes: 1024 * 1024 };
const FIELDS = { login: "token", place: "url" };
const CONTENT_TYPES = {
  cloudevents: "application/cloudevents-batch+json; charset=utf-8",
  ocsf: "application/json; charset=utf-8",
};

/**
 * A receiver of our own webhooks' kind: CloudEvents in the batched mode of the HTTP binding
 * (https://github.com/cloudevents/spec, http-protocol-binding §3.3), or an array of OCSF events, signed
 * as Standard Webhooks. `webhook-id` is the same for the same events, so a batch sent twice is known.
 * A 2xx answer takes all of them.
 */
export async function webhookSink(
  config: z.infer<typeof WebhookConfig>,
  world: SinkWorld,
): Promise<Sink> {
  const token = config.token ? await world.secret(config.token, "token") : null;
  const http = new SinkHttp({
    url: config.url,
    ...(await secretsOf(config, world)),
    isAllowedAddress: (address) => world.isAllowedAddress(address),
  });

  const post = (id: string, body: string, signal: AbortSignal) =>
    http.call({
      method: "POST",
      path: "",
      headers: {
        "content-type": CONTENT_TYPES[config.format],
        ...(token ? { authorization: `Bearer ${token.reveal()}` } : {}),
        ...world.signed({ id, at: new Date(), body }),
      },
      body,
      signal,
    });

  const send = async (
    events: readonly DeliverableEvent[],
    items: readonly string[],
    signal: AbortSignal,
  ): Promise<PartAnswer> => {
    const answer = await post(batchId(events), `[${items.join(",")}]`, signal);
    if (answer.status >= 200 && answer.status < 300) {
      return { kind: "outcomes", outcomes: events.map(() => ({ kind: "delivered" })) };
    }
    if (answer.status === 413) return { kind: "too-large" };
    if (answer.status === 400 || answer.status === 422) {
      return { kind: "unfit", reason: `the receiver answered ${answer.status}` };
    }
    throw statusTrouble(answer, http.receiver, FIELDS);
  };

  return {
    deliver(events, signal) {
      const items = events.map((event) => JSON.stringify(documentOf(event, config.format)));
      return sendInParts(items, LIMITS, (part) =>
        send(pick(events, part), pick(items, part), signal),
      );
    },
    /** An empty batch: it says nothing happened, and asks for the signature to be checked. */
    async check(signal) {
      const answer = await post(`check_${Date.now()}`, "[]", signal);
      if (answer.status < 200 || answer.status > 299) {
        throw statusTrouble(answer, http.receiver, FIELDS);
      }
    },
    close: () => http.close(),
  };
}

function batchId(events: readonly DeliverableEvent[]): string {
  const ids = events.map(({ tenantId, id }) => `${tenantId}/${id}`).join("\n");
  return `batch_${createHash("sha256").update(ids).digest("hex").slice(0, 32)}`;
}

function pick<Item>(items: readonly Item[], places: readonly number[]): Item[] {
  return places.map((at) => items[at] as Item);
}
