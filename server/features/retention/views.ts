import { z } from "zod";
import { ACT_KINDS, ACT_STATES, RetentionClassName } from "./schema.ts";

const CopyPlace = z.object({ place: z.string(), rows: z.number() });
const SinkOfAct = z.object({
  erasureId: z.string(),
  sinkId: z.string(),
  name: z.string(),
  events: z.number(),
  state: z.enum(["due", "deleted", "told", "by-hand", "settled"]),
  trouble: z.string().nullable(),
  settledBy: z.string().nullable(),
  settledReason: z.string().nullable(),
});

export const RetentionOverview = z.object({
  asOf: z.date(),
  mayManage: z.boolean(),
  mayRenewKey: z.boolean(),
  classes: z.array(
    z.object({
      class: RetentionClassName,
      days: z.number(),
      leastDays: z.number(),
      source: z.string(),
      isDefault: z.boolean(),
      savedBy: z.string().nullable(),
      savedAt: z.date().nullable(),
      /** When the oldest data key of the class ends, and the hold that keeps it. */
      nextEnd: z.date().nullable(),
      heldBy: z.string().nullable(),
    }),
  ),
  holds: z.array(
    z.object({
      holdId: z.string(),
      caseRef: z.string(),
      reason: z.string(),
      classes: z.array(z.string()).nullable(),
      subject: z.string().nullable(),
      actorRef: z.string().nullable(),
      from: z.date().nullable(),
      until: z.date().nullable(),
      placedBy: z.string(),
      placedAt: z.date(),
      liftedBy: z.string().nullable(),
      liftedAt: z.date().nullable(),
      liftReason: z.string().nullable(),
      isLiftAsked: z.boolean(),
    }),
  ),
  acts: z.array(
    z.object({
      actId: z.string(),
      kind: z.enum(ACT_KINDS),
      state: z.enum(ACT_STATES),
      reason: z.string(),
      approvalId: z.string().nullable(),
      requestedBy: z.string(),
      requestedAt: z.date(),
      finishedAt: z.date().nullable(),
      trouble: z.string().nullable(),
      /** Events that it is about; null for what is about none. */
      events: z.number().nullable(),
      payloads: z.number().nullable(),
      proven: z.number().nullable(),
      broken: z.number().nullable(),
      unsealed: z.number().nullable(),
      treeSize: z.string().nullable(),
      /** `table.column`s of other features that said it too, and were changed. */
      copies: z.array(CopyPlace),
      /** Those that say it still, because they are in force or proved as they stand. */
      remaining: z.array(CopyPlace),
      /** Sinks that had received it. */
      sinks: z.array(SinkOfAct),
    }),
  ),
  /** The key that wraps the data keys; null until the worker has made it. */
  wrapKey: z
    .object({
      version: z.number(),
      keeper: z.string(),
      rootVersion: z.number(),
      origin: z.string(),
      createdAt: z.date(),
      cachedSeconds: z.number(),
    })
    .nullable(),
  dataKeys: z.array(
    z.object({
      keyId: z.string(),
      class: z.string(),
      period: z.string(),
      wrapVersion: z.number(),
      punctures: z.number(),
      createdAt: z.date(),
      endsAt: z.date(),
      destroyedAt: z.date().nullable(),
    }),
  ),
});
export type RetentionOverview = z.output<typeof RetentionOverview>;

export const RetentionPreview = z.object({
  days: z.number(),
  before: z.number(),
  needsSecond: z.boolean(),
  /** Data keys that would be destroyed at the next look, and payloads under them. */
  keys: z.number(),
  payloads: z.number(),
  heldKeys: z.number(),
});

export const ErasurePreview = z.object({
  events: z.number(),
  types: z.array(z.object({ type: z.string(), events: z.number() })),
  /** How many can be cut out of their data key; the others were sealed before there was one, and are deleted. */
  shredded: z.number(),
  heldBy: z.string().nullable(),
});
