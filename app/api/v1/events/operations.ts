import { z } from "zod";
import { BATCHED, STRUCTURED } from "#server/engines/cloud-events/read-http-message.ts";
import { operation } from "#server/features/http-api/index.ts";
import { DeadLetterReason } from "#server/features/ingest/schema.ts";

const TAG = "Events of the platform";
const EXAMPLE_ID = "0193a1b2-5c3d-7e4f-8a9b-0c1d2e3f4a5b";

/** A batch of 1,000 events of 1 KiB, or sixteen of the largest. */
const MOST_BYTES = 1024 * 1024;
/** A webhook of an API server sends up to 400 audit events at once, some with the objects themselves. */
const MOST_WEBHOOK_BYTES = 8 * 1024 * 1024;

const Result = z.discriminatedUnion("status", [
  z.object({ status: z.literal("received"), eventId: z.uuid(), masked: z.int() }),
  z.object({ status: z.literal("repeated"), eventId: z.uuid() }),
  z.object({
    status: z.literal("refused"),
    reason: DeadLetterReason,
    field: z.string().nullable(),
    detail: z.string(),
    deadLetterId: z.uuid().nullable(),
  }),
]);
const answers = {
  200: {
    description:
      "What became of each event, in order. They are on disk: `received` is in the log, `repeated` was there, `refused` is a dead letter",
    content: {
      type: "application/json",
      schema: z.object({
        received: z.int(),
        repeated: z.int(),
        refused: z.int(),
        results: z.array(Result),
      }),
      example: {
        received: 1,
        repeated: 0,
        refused: 0,
        results: [{ status: "received", eventId: EXAMPLE_ID, masked: 0 }],
      },
    },
  },
};

export const sendEvents = operation({
  id: "events.send",
  method: "POST",
  path: "/api/v1/events",
  tag: TAG,
  summary: "Send events to the audit log",
  description:
    "CloudEvents 1.0 over HTTP: structured, binary (ce- headers) or batched (1,000 at most). An event of one source and id is taken once. What looks like a secret is masked in data and extensions; in an attribute that tells events apart it is refused. A single event that is refused answers with a problem; it is kept for the tenant's officers either way. 60,000 calls a minute.",
  access: { by: "service", scope: "runtime.events.write", counts: "sender" },
  body: {
    types: [STRUCTURED, BATCHED, "*/*"],
    read: "bytes",
    maxBytes: MOST_BYTES,
    schema: z.any(),
    example: {
      specversion: "1.0",
      id: "b5f8-1",
      source: "/payments/ledger",
      type: "com.example.ledger.closed",
      time: "2026-11-22T08:00:00Z",
      subject: "ledger/2026-11",
      principal: "closing-job",
      outcome: "succeeded",
      data: { entries: 12 },
    },
  },
  answers,
  problems: ["not_found", "conflict"],
  problemMembers: z.object({
    deadLetterId: z.uuid().optional().describe("What was refused is kept under this id"),
  }),
});

const webhookBody = {
  types: ["application/json", "*/*"],
  read: "bytes" as const,
  maxBytes: MOST_WEBHOOK_BYTES,
  schema: z.any(),
  example: { kind: "EventList", apiVersion: "audit.k8s.io/v1", items: [] },
};
const WEBHOOK =
  "For machines that can't prove possession of a key: Kubernetes audit webhooks, Falco, OpenBao audit devices, Keycloak, Kyverno and Trivy reports (docs/ingest.md). Each source is registered on the page Received with the hash of a token of its own. Its kind says how the body is read.";

export const sendFromSource = operation({
  id: "events.sendFromSource",
  method: "POST",
  path: "/api/v1/events/{source}",
  tag: TAG,
  summary: "Send what a registered machine writes",
  description: `${WEBHOOK} The token comes as Authorization: Bearer.`,
  access: { by: "cluster" },
  params: { schema: z.object({ source: z.uuid() }), absent: "source of events" },
  body: webhookBody,
  answers,
  problems: ["unauthenticated", "rate_limited"],
});

export const sendFromSourceByPath = operation({
  ...sendFromSource,
  id: "events.sendFromSourceByPath",
  access: { by: "anyone" },
  path: "/api/v1/events/{source}/{token}",
  summary: "Send what a registered machine writes, the token in the path",
  description: `${WEBHOOK} For those that can't send a header.`,
  params: {
    schema: z.object({ source: z.uuid(), token: z.string().min(32).max(512) }),
    absent: "source of events",
  },
});
