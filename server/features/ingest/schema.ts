import { z } from "zod";
import type { Arrived } from "#server/engines/cloud-events/judge-event.ts";
import { entityId } from "#server/platform/entity-id.ts";

export const SOURCE_KINDS = [
  "cloudevents",
  "kubernetes-audit",
  "openbao-audit",
  "keycloak",
  "nats",
  "falco",
  "reports",
] as const;
export const SourceKind = z.enum(SOURCE_KINDS);
export type SourceKind = z.infer<typeof SourceKind>;

/** Who brings events: a service caller, a registered machine, the worker, or one of the Sovereign's sources. */
export const SourceHow = z.enum(["caller", "webhook", "worker", "routed"]);

export const SourceRef = z.object({
  how: SourceHow,
  kind: SourceKind,
  name: z.string().min(1).max(200),
});
export type SourceRef = z.infer<typeof SourceRef>;

/** Judged one by one, so that a bad one is its own fault. */
const ArrivedEvent = z.custom<Arrived>((value) => typeof value === "object" && value !== null);

export const ReceiveEventsInput = z.object({
  source: SourceRef,
  events: z.array(ArrivedEvent).max(1_000),
  /** Where the worker goes on reading once these are kept. */
  cursor: z.string().max(2_000).optional(),
});

export const DEAD_LETTER_REASONS = [
  "malformed",
  "foreign-tenant",
  "too-large",
  "secret",
  "id-reused",
] as const;
export const DeadLetterReason = z.enum(DEAD_LETTER_REASONS);

export const EventResult = z.discriminatedUnion("status", [
  z.object({ status: z.literal("received"), eventId: z.string(), masked: z.int() }),
  /** Taken before: nothing was written. */
  z.object({ status: z.literal("repeated"), eventId: z.string() }),
  z.object({
    status: z.literal("refused"),
    reason: DeadLetterReason,
    field: z.string().nullable(),
    detail: z.string(),
    /** Null: there are too many already, so it is only counted. */
    deadLetterId: z.string().nullable(),
  }),
]);
export type EventResult = z.infer<typeof EventResult>;
export const EventsReceived = z.object({ results: z.array(EventResult) });

const Label = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be a name in kebab-case, as a DNS label");
const Reason = z
  .string()
  .trim()
  .min(10, "must say why, in 10 characters or more")
  .max(1_000, "must be 1,000 characters at most");

export const SaveSourceInput = z.object({
  name: Label,
  kind: SourceKind.exclude(["nats"]),
  description: z.string().trim().max(300, "must have at most 300 characters").default(""),
  /** A cluster of the register whose namespaces tell whose each event is (the Sovereign's alone). */
  cluster: Label.nullable().default(null),
  /** SHA-256 of a new token; those before it end an hour later. The token itself is never sent here. */
  tokenHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in 64 hexadecimal digits")
    .nullable()
    .default(null),
  /** Nothing is taken from it any more. */
  isRetired: z.boolean().default(false),
  reason: Reason,
});
export const SourceSaved = z.object({
  sourceId: z.string(),
  outcome: z.enum(["created", "changed", "unchanged"]),
});

export const DeadLetterInput = z.object({ deadLetterId: entityId("event dead letter") });

export const SettleDeadLetterInput = z.discriminatedUnion("act", [
  z.object({
    act: z.literal("redrive"),
    deadLetterId: entityId("event dead letter"),
    /** The mended envelope; null: as it is kept. */
    envelope: z.string().min(1).max(65_536, "must be 64 KiB at most").nullable().default(null),
    reason: Reason,
  }),
  z.object({
    act: z.literal("discard"),
    deadLetterId: entityId("event dead letter"),
    reason: Reason,
  }),
]);
export const DeadLetterSettled = z.object({
  state: z.enum(["redriven", "discarded"]),
  /** The event that it became. */
  eventId: z.string().nullable(),
});

const Counts = z.object({
  received: z.int(),
  repeated: z.int(),
  refused: z.int(),
  masked: z.int(),
});

export const ReceivedOverview = z.object({
  asOf: z.date(),
  isSovereign: z.boolean(),
  sources: z.array(
    z.object({
      sourceId: z.string(),
      how: SourceHow,
      kind: SourceKind,
      name: z.string(),
      description: z.string(),
      cluster: z.string().nullable(),
      createdAt: z.date(),
      retiredAt: z.date().nullable(),
      lastAt: z.date().nullable(),
      today: Counts,
      ever: Counts,
      /** First digits of the hashes of tokens that are taken now. */
      tokens: z.array(
        z.object({
          mark: z.string(),
          addedBy: z.string(),
          addedAt: z.date(),
          endsAt: z.date().nullable(),
        }),
      ),
    }),
  ),
  waiting: z.int(),
});
export type ReceivedOverview = z.infer<typeof ReceivedOverview>;

export const DeadLettersInput = z.object({
  state: z.enum(["waiting", "redriven", "discarded"]).default("waiting"),
  /** The last one of the page before. */
  after: entityId("event dead letter").nullable().default(null),
});

export const DeadLetterSummary = z.object({
  deadLetterId: z.string(),
  sourceName: z.string(),
  sourceKind: SourceKind,
  state: z.enum(["waiting", "redriven", "discarded"]),
  reason: DeadLetterReason,
  field: z.string().nullable(),
  detail: z.string(),
  sizeBytes: z.int(),
  isCut: z.boolean(),
  isMasked: z.boolean(),
  attempts: z.int(),
  receivedAt: z.date(),
  lastAt: z.date(),
  settledAt: z.date().nullable(),
  settledBy: z.string().nullable(),
  settledReason: z.string().nullable(),
  becameEventId: z.string().nullable(),
});
export type DeadLetterSummary = z.infer<typeof DeadLetterSummary>;

export const DeadLetters = z.object({
  asOf: z.date(),
  items: z.array(DeadLetterSummary),
  next: z.string().nullable(),
});

/** `envelope` is null once the tenant's keys are gone. */
export const DeadLetterDetail = DeadLetterSummary.extend({ envelope: z.string().nullable() });
export type DeadLetterDetail = z.infer<typeof DeadLetterDetail>;
