import { z } from "zod";
import { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import { MaskingRules } from "#server/engines/masking/masking-rules.ts";
import { entityId } from "#server/platform/entity-id.ts";

const count = z.number().int().min(0).max(100_000);
const fence = z.string().regex(/^\d{1,18}$/, "must be the fence of a claim");
const text = (longest: number) =>
  z
    .string()
    .min(1)
    .transform((all) => all.slice(0, longest));
const Trouble = z.object({ field: text(100), message: text(500), remedy: text(500) });

export const ClaimCursorInput = z.object({
  cursorId: entityId("sink backfill"),
  owner: z.string().min(1).max(200),
  leaseSeconds: z.number().int().min(1).max(3_600),
});

/** What a worker needs to go on with a cursor. */
export const CursorWork = z.object({
  fence,
  sinkId: z.string(),
  kind: z.enum(["live", "backfill", "redrive"]),
  config: SinkConfig,
  revision: z.number().int(),
  masking: MaskingRules,
  /** Both must fit. */
  queries: z.array(z.string()),
  since: z.date().nullable(),
  until: z.date().nullable(),
  nextLeaf: z.bigint(),
  /** The first leaf that is not for this cursor (yet). */
  endLeaf: z.bigint(),
  failures: z.number().int(),
  /** So much is set aside that nothing more is sent. */
  isFull: z.boolean(),
});
export type CursorWork = z.infer<typeof CursorWork>;
export const CursorClaim = z.object({ work: CursorWork.nullable() });

export const RecordBatchInput = z.object({
  cursorId: entityId("sink backfill"),
  fence,
  /** The first leaf that is not done with: everything before it is delivered, set aside or not asked for. */
  nextLeaf: z.bigint().min(0n),
  delivered: count,
  passedOver: count,
  retried: count,
  rejected: z
    .array(
      z.object({
        eventId: entityId("audit event"),
        leafIndex: z.bigint().min(0n),
        reason: text(500),
      }),
    )
    .max(5_000),
  /** Of what was sent once more: the events that have arrived. */
  arrived: z.array(entityId("audit event")).max(5_000).default([]),
  /** Why the rest must wait; null: nothing stands in the way. */
  trouble: Trouble.nullable(),
  /** Milliseconds until the next attempt. */
  pauseMillis: z.number().int().min(0).max(86_400_000),
  /** Whether the worker goes on at once, under the same claim. */
  keepsLease: z.boolean(),
  leaseSeconds: z.number().int().min(1).max(3_600),
});

export const BatchRecorded = z.object({
  /** False: another worker has the cursor, or it was stopped; nothing was noted. */
  isRecorded: z.boolean(),
  /** What goes on under the same claim. */
  work: CursorWork.nullable(),
});

export const RecordCheckInput = z.object({
  checkId: entityId("sink check"),
  trouble: Trouble.nullable(),
});
export const CheckRecorded = z.object({ isRecorded: z.boolean() });

export const NoteLagInput = z.object({
  sinkId: entityId("sink"),
  lagSeconds: z.number().min(0),
  mostSeconds: z.number().int().min(1),
});
/** `isNew`: people must be told. */
export const LagNoted = z.object({ isNew: z.boolean(), name: z.string() });

export const ErasureId = z.object({ erasureId: entityId("sink erasure") });
export const ClaimErasureInput = ErasureId.extend({
  leaseSeconds: z.number().int().min(1).max(3_600),
});
/** What a receiver is to forget. */
export const ErasureWork = z.object({
  fence,
  sinkId: z.string(),
  actId: z.string(),
  config: SinkConfig,
  eventIds: z.array(z.string()),
  failures: z.number().int(),
  erasedAt: z.date(),
});
export type ErasureWork = z.infer<typeof ErasureWork>;
export const ErasureClaim = z.object({ work: ErasureWork.nullable() });

export const RecordErasureInput = ErasureId.extend({
  fence,
  outcome: z.discriminatedUnion("kind", [
    z.object({ kind: z.enum(["deleted", "told", "by-hand"]) }),
    z.object({
      kind: z.literal("later"),
      trouble: text(500),
      pauseMillis: z.number().int().min(0).max(86_400_000),
    }),
  ]),
});
export type ErasureOutcome = z.infer<typeof RecordErasureInput>["outcome"];
export const ErasureRecorded = z.object({ isRecorded: z.boolean() });
