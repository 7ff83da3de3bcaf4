import { z } from "zod";
import { MOST_DAYS, RETENTION_CLASS_NAMES } from "#server/engines/retention/retention-classes.ts";
import { KEEPER_KINDS } from "#server/platform/audit/key-keeper-kinds.ts";
import { entityId } from "#server/platform/entity-id.ts";

export const RetentionClassName = z.enum(RETENTION_CLASS_NAMES);

export const ACT_KINDS = [
  "erasure",
  "shortening",
  "hold-lift",
  "expiry",
  "key-rotation",
  "key-import",
  "log-key",
] as const;
export type ActKind = (typeof ACT_KINDS)[number];

export const ACT_STATES = [
  "awaiting_approval",
  "due",
  "acting",
  "destroyed",
  "done",
  "refused",
] as const;
export type ActState = (typeof ACT_STATES)[number];

/** Events that one request erases at the most: a larger one is made of several. */
export const MOST_ERASED = 1_000;

const Reason = z
  .string()
  .trim()
  .min(1, "must say why")
  .max(2_000, "must have at most 2000 characters");

const Words = (most: number) =>
  z.string().trim().min(1, "must not be empty").max(most, `must have at most ${most} characters`);

export const SetRetentionInput = z.object({
  class: RetentionClassName,
  days: z.number().int().min(1).max(MOST_DAYS, `must be at most ${MOST_DAYS} days`),
  reason: Reason,
});

export const HoldScopeInput = z
  .object({
    classes: z.array(RetentionClassName).min(1).nullable().default(null),
    subject: Words(300).nullable().default(null),
    actorRef: Words(300).nullable().default(null),
    from: z.date().nullable().default(null),
    until: z.date().nullable().default(null),
  })
  .refine(({ from, until }) => !from || !until || from < until, {
    path: ["until"],
    error: "must be after its beginning",
  });

export const PlaceHoldInput = z.object({
  caseRef: Words(200),
  reason: Reason,
  scope: HoldScopeInput,
});
export const HoldId = z.object({ holdId: entityId("legal hold") });
export const LiftHoldInput = HoldId.extend({ reason: Reason });

/** Which events: single ones, or all of a subject or an actor, in a time. */
export const ErasureSelection = z
  .object({
    eventIds: z
      .array(entityId("audit event"))
      .max(MOST_ERASED, `must have at most ${MOST_ERASED} events`)
      .default([]),
    subject: Words(300).nullable().default(null),
    actorRef: Words(300).nullable().default(null),
    from: z.date().nullable().default(null),
    until: z.date().nullable().default(null),
  })
  .refine(({ eventIds, subject, actorRef }) => eventIds.length > 0 || subject || actorRef, {
    path: ["eventIds"],
    error: "must name events, a subject or an actor",
  });
export type ErasureSelection = z.output<typeof ErasureSelection>;
export const RequestErasureInput = z.object({ selection: ErasureSelection, reason: Reason });

export const RenewKeyInput = z.object({
  /** Base64: a key of the organization's own, wrapped for the import key. Absent: a new one is made. */
  wrapped: z
    .string()
    .regex(/^[A-Za-z0-9+/]{600,1000}={0,2}$/, "must be the base64 of a wrapped key")
    .optional(),
  reason: Reason,
});

export const MOST_OVERLAP_DAYS = 365;

/** A new key for the log: how long both sign, and whether the old one may be in other hands. */
export const RotateLogKeyInput = z
  .object({
    overlapDays: z
      .number()
      .int("must be whole days")
      .min(0)
      .max(MOST_OVERLAP_DAYS, `must be at most ${MOST_OVERLAP_DAYS} days`),
    compromised: z.boolean().default(false),
    reason: Reason,
  })
  .refine(({ overlapDays, compromised }) => compromised || overlapDays > 0, {
    path: ["overlapDays"],
    error: "must be at least 1 day, so that auditors and witnesses come along",
  })
  .refine(({ overlapDays, compromised }) => !compromised || overlapDays === 0, {
    path: ["overlapDays"],
    error: "must be 0: a compromised key is revoked at once",
  });

export const ActOutcome = z.object({ actId: z.string().nullable(), state: z.enum(ACT_STATES) });

/** What the worker is to do; keys are in its memory, never here. */
export const ActTask = z.object({
  actId: z.string(),
  kind: z.enum(ACT_KINDS),
  fence: z.string(),
  keeper: z.enum(KEEPER_KINDS),
  rootBefore: z.number(),
  state: z.enum(["acting", "destroyed"]),
  importWrapped: z.string().nullable(),
});
export type ActTask = z.output<typeof ActTask>;

export const ActTurn = z.object({ actId: z.uuid(), fence: z.string().regex(/^\d+$/) });
