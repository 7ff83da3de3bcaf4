import { z } from "zod";
import { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import { MaskingRules } from "#server/engines/masking/masking-rules.ts";
import { entityId } from "#server/platform/entity-id.ts";

const reason = z
  .string()
  .trim()
  .min(10, "must say why, in 10 characters or more")
  .max(1_000, "must be 1,000 characters at most");
const query = z.string().trim().max(2_000, "must be 2,000 characters at most").default("");
/** Counts and positions may pass 2^53 in principle: they travel as digits. */
const digits = z.string().regex(/^(0|[1-9]\d{0,18})$/, "must be a whole number");

export const SaveSinkInput = z.object({
  /** Absent for a new one. */
  sinkId: entityId("sink").optional(),
  /** The revision that a change was made from. */
  revision: z.number().int().min(1).optional(),
  name: z.string().trim().min(1, "must not be empty").max(80, "must be 80 characters at most"),
  config: SinkConfig,
  /** What it gets, in the language of the log's search; empty: every event. */
  query,
  masking: MaskingRules.default([]),
  /** Where a new one begins; what lies before can be sent by a backfill. */
  from: z.enum(["now", "beginning"]).default("now"),
});
export const SinkSaved = z.object({ sinkId: z.string(), revision: z.number().int() });

export const SetSinkStateInput = z.object({
  sinkId: entityId("sink"),
  state: z.enum(["active", "paused", "removed"]),
  reason,
});
export const SinkStateSet = z.object({ sinkId: z.string(), state: z.string() });

export const BeginBackfillInput = z.object({
  sinkId: entityId("sink"),
  /** Events recorded from here on, and before there. */
  since: z.date().optional(),
  until: z.date().optional(),
  /** Besides the sink's own query. */
  query,
});
export const BackfillBegun = z.object({
  cursorId: z.string(),
  fromLeaf: digits,
  untilLeaf: digits,
});

export const StopBackfillInput = z.object({ cursorId: entityId("sink backfill") });
export const BackfillStopped = z.object({ cursorId: z.string(), state: z.string() });

export const SettleDeadLettersInput = z.object({
  sinkId: entityId("sink"),
  /** Absent: all that wait. */
  letterIds: z.array(entityId("dead letter")).min(1).max(500, "must be 500 at most").optional(),
  act: z.enum(["redrive", "discard"]),
  reason,
});
export const DeadLettersSettled = z.object({ count: z.number().int() });

export const SettleErasureInput = z.object({ erasureId: entityId("sink erasure"), reason });
export const ErasureSettled = z.object({ isSettled: z.boolean() });

export const AskCheckInput = z.object({ config: SinkConfig });
export const CheckAsked = z.object({ checkId: z.string() });
export const CheckId = z.object({ checkId: entityId("sink check") });

const Trouble = z.object({ field: z.string(), message: z.string(), remedy: z.string() });
export type Trouble = z.infer<typeof Trouble>;

export const CheckView = z.object({
  checkId: z.string(),
  state: z.enum(["asked", "passed", "failed"]),
  trouble: Trouble.nullable(),
  askedAt: z.date(),
  answeredAt: z.date().nullable(),
});
export type CheckView = z.infer<typeof CheckView>;

const cursorKind = z.enum(["live", "backfill", "redrive"]);

export const CursorView = z.object({
  cursorId: z.string(),
  kind: cursorKind,
  state: z.enum(["running", "done", "stopped"]),
  fromLeaf: digits,
  nextLeaf: digits,
  untilLeaf: digits.nullable(),
  query: z.string(),
  since: z.date().nullable(),
  until: z.date().nullable(),
  startedAt: z.date(),
  finishedAt: z.date().nullable(),
  delivered: digits,
  passedOver: digits,
  rejected: digits,
  retried: digits,
  failures: z.number().int(),
  /** Open: after several failures in a row one event is tried at a time, with long pauses. */
  circuit: z.enum(["closed", "open"]),
  nextAttemptAt: z.date(),
  deliveredAt: z.date().nullable(),
  trouble: Trouble.extend({ at: z.date() }).nullable(),
});
export type CursorView = z.infer<typeof CursorView>;

export const SinkView = z.object({
  sinkId: z.string(),
  name: z.string(),
  kind: z.string(),
  /** Where it goes, in a few characters. */
  target: z.string(),
  state: z.enum(["active", "paused", "removed"]),
  revision: z.number().int(),
  query: z.string(),
  maskingRules: z.number().int(),
  createdAt: z.date(),
  live: CursorView,
  /** Sealed events that it has not been offered, and the age of the oldest of them. */
  lagEvents: digits,
  lagSeconds: z.number(),
  laggingSince: z.date().nullable(),
  /** Events a minute, over the last five. */
  perMinute: z.number(),
  /** Of the last hour. */
  failures: z.number().int(),
  rejected: z.number().int(),
  deadLetters: z.number().int(),
  backfillsRunning: z.number().int(),
});
export type SinkView = z.infer<typeof SinkView>;

export const SinkList = z.object({ items: z.array(SinkView), logSize: digits, asOf: z.date() });
export type SinkList = z.infer<typeof SinkList>;

export const SinkId = z.object({ sinkId: entityId("sink") });
export const SinkDetail = SinkView.extend({
  config: SinkConfig,
  masking: MaskingRules,
  /** The newest twenty backfills, and what is sent once more. */
  cursors: z.array(CursorView),
  /** The last hour, the oldest first; minutes in which nothing was done are absent. */
  minutes: z.array(
    z.object({
      at: z.date(),
      delivered: z.number().int(),
      rejected: z.number().int(),
      failures: z.number().int(),
    }),
  ),
  asOf: z.date(),
});
export type SinkDetail = z.infer<typeof SinkDetail>;

export const DEAD_LETTER_STATES = ["waiting", "redriving", "delivered", "discarded"] as const;

export const ListDeadLettersInput = z.object({
  sinkId: entityId("sink").optional(),
  state: z.enum(DEAD_LETTER_STATES).default("waiting"),
  limit: z.number().int().min(1).max(100).default(50),
  cursor: entityId("dead letter").optional(),
});
export type ListDeadLettersInput = z.infer<typeof ListDeadLettersInput>;

export const DeadLetterView = z.object({
  letterId: z.string(),
  sinkId: z.string(),
  sinkName: z.string(),
  eventId: z.string(),
  type: z.string(),
  leafIndex: digits,
  reason: z.string(),
  attempts: z.number().int(),
  state: z.enum(DEAD_LETTER_STATES),
  deadAt: z.date(),
  settledAt: z.date().nullable(),
});
export type DeadLetterView = z.infer<typeof DeadLetterView>;

export const DeadLetterPage = z.object({
  items: z.array(DeadLetterView),
  nextCursor: z.string().nullable(),
  asOf: z.date(),
});
export type DeadLetterPage = z.infer<typeof DeadLetterPage>;

export const DeadLetterId = z.object({ letterId: entityId("dead letter") });
export const DeadLetterDetail = DeadLetterView.extend({
  /** As the log has it, to the byte. */
  envelope: z.string(),
  /** As it would be sent, masked; JSON text. */
  message: z.string(),
});
export type DeadLetterDetail = z.infer<typeof DeadLetterDetail>;

/** One field of a kind's form. */
export const SinkField = z.object({
  name: z.string(),
  input: z.enum(["text", "url", "number", "choice", "secret", "pem"]),
  isRequired: z.boolean(),
  choices: z.array(z.string()),
  /** What stands there at first: text also for numbers. */
  initial: z.string(),
});
export type SinkField = z.infer<typeof SinkField>;
export const SinkForms = z.array(z.object({ kind: z.string(), fields: z.array(SinkField) }));
export type SinkForms = z.infer<typeof SinkForms>;
