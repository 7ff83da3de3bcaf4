import "server-only";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { SplunkHecConfig } from "#server/engines/delivery/sink-kinds.ts";
import { documentOf } from "./document-of.ts";
import { type PartAnswer, sendInParts } from "./send-in-parts.ts";
import type { DeliverableEvent, Sink, SinkWorld } from "./sink.ts";
import { SinkError } from "./sink.ts";
import { type SinkAnswer, SinkHttp } from "./sink-http.ts";
import { statusTrouble } from "./status-trouble.ts";
import { secretsOf } from "./tls-secrets.ts";

/** HEC takes about 1 MB a request unless `max_content_length` says otherwise. */
const LIMITS = { maxItems: 500, maxBytes: 900_000 };
const FIELDS = { login: "token", place: "url" };
/** Codes of HEC that speak of the events sent: no data, invalid data, event missing or blank, bad fields. */
const UNFIT = new Set([5, 6, 12, 13, 15]);
const ACK_DISABLED = 14;
const FIRST_POLL_MILLIS = 100;
const LONGEST_POLL_MILLIS = 2_000;

const Taken = z.object({ code: z.number().int(), ackId: z.number().int().optional() });
const Acks = z.object({ acks: z.record(z.string(), z.boolean()) });
const Refused = z.object({ code: z.number().int() });

/**
 * Splunk's HTTP Event Collector with indexer acknowledgement: an event is delivered when the indexers
 * have written it, not when the collector has heard of it. One that is sent twice is there twice, with
 * the same `id`. https://help.splunk.com "About HTTP Event Collector Indexer Acknowledgment"
 */
export async function splunkHecSink(
  config: z.infer<typeof SplunkHecConfig>,
  world: SinkWorld,
  { acknowledgedWithinMillis = 10_000 } = {},
): Promise<Sink> {
  const token = await world.secret(config.token, "token");
  const channel = randomUUID();
  const http = new SinkHttp({
    url: config.url,
    ...(await secretsOf(config, world)),
    isAllowedAddress: (address) => world.isAllowedAddress(address),
  });
  const post = (path: string, body: string, signal: AbortSignal) =>
    http.call({
      method: "POST",
      path: `/services/collector/${path}?channel=${channel}`,
      headers: {
        authorization: `Splunk ${token.reveal()}`,
        "x-splunk-request-channel": channel,
        "content-type": "application/json",
      },
      body,
      signal,
    });

  const send = async (items: readonly string[], signal: AbortSignal): Promise<PartAnswer> => {
    const answer = await post("event", items.join("\n"), signal);
    if (answer.status === 413) return { kind: "too-large" };
    const code = Refused.safeParse(answer.body).data?.code;
    if (answer.status === 400 && code !== undefined && UNFIT.has(code)) {
      return { kind: "unfit", reason: `Splunk answered code ${code}` };
    }
    if (answer.status !== 200) throw troubleOf(answer, http.receiver);
    const taken = Taken.safeParse(answer.body);
    if (!taken.success) throw notHec(http.receiver);
    const { ackId } = taken.data;
    if (config.acknowledgement === "none") return all(items, { kind: "delivered" });
    if (ackId === undefined) throw noAcknowledgement();
    const isWritten = await acknowledged(ackId, signal);
    return all(
      items,
      isWritten
        ? { kind: "delivered" }
        : { kind: "later", reason: "the indexers have not acknowledged it in time" },
    );
  };

  const acknowledged = async (ackId: number, signal: AbortSignal): Promise<boolean> => {
    const until = Date.now() + acknowledgedWithinMillis;
    for (let wait = FIRST_POLL_MILLIS; ; wait = Math.min(wait * 2, LONGEST_POLL_MILLIS)) {
      const answer = await post("ack", JSON.stringify({ acks: [ackId] }), signal);
      if (answer.status !== 200) throw troubleOf(answer, http.receiver);
      if (Acks.safeParse(answer.body).data?.acks[String(ackId)]) return true;
      if (Date.now() + wait > until) return false;
      await pause(wait, undefined, { signal });
    }
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
    /** Asks about an acknowledgement that nobody waits for: the token is judged, and no event is made. */
    async check(signal) {
      const isAsked = config.acknowledgement === "required";
      const answer = isAsked
        ? await post("ack", '{"acks":[0]}', signal)
        : await post("event", "", signal);
      const code = Refused.safeParse(answer.body).data?.code;
      // Code 5, "no data": the token was good enough to be told so.
      if (!isAsked && answer.status === 400 && code === 5) return;
      if (answer.status !== 200) throw troubleOf(answer, http.receiver);
      if (isAsked && !Acks.safeParse(answer.body).success) throw notHec(http.receiver);
    },
    close: () => http.close(),
  };
}

function all(
  items: readonly string[],
  outcome: { kind: "delivered" } | { kind: "later"; reason: string },
): PartAnswer {
  return { kind: "outcomes", outcomes: items.map(() => outcome) };
}

function itemOf(event: DeliverableEvent, config: z.infer<typeof SplunkHecConfig>): string {
  return JSON.stringify({
    time: event.occurredAt.getTime() / 1_000,
    source: String(event.envelope.source ?? "sovereign-console"),
    sourcetype: config.format === "ocsf" ? "ocsf:json" : "cloudevents:json",
    ...(config.index ? { index: config.index } : {}),
    event: documentOf(event, config.format),
    fields: {
      id: event.id,
      type: event.type,
      tenant: event.tenantId,
      leafindex: String(event.seq),
    },
  });
}

function troubleOf(answer: SinkAnswer, receiver: string): SinkError {
  const code = Refused.safeParse(answer.body).data?.code;
  if (code === ACK_DISABLED) return noAcknowledgement();
  if (code === 7) {
    return new SinkError({
      field: "index",
      message: `${receiver} knows no such index, or the token may not write to it`,
      remedy: "Correct the index, or allow it on the token.",
    });
  }
  return statusTrouble(answer, receiver, FIELDS);
}

function noAcknowledgement(): SinkError {
  return new SinkError({
    field: "acknowledgement",
    message: "the token has no indexer acknowledgement",
    remedy:
      "Enable it on the token in Splunk, or choose to do without: events may then be lost there.",
  });
}

function notHec(receiver: string): SinkError {
  return new SinkError({
    field: "url",
    message: `${receiver} does not answer like Splunk's HTTP Event Collector`,
    remedy: "Name the collector's own address, often port 8088.",
  });
}
