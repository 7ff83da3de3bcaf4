import { z } from "zod";
import { ROTATION_STATES } from "#server/engines/rotation/state-machine.ts";
import { RuleInForce } from "#server/features/secret-policies/index.ts";
import { entityId } from "#server/platform/entity-id.ts";
import { regionName } from "./rotator-kinds/names.ts";
import { SECRET_CLASSES } from "./rules.ts";
import {
  BINDING_STATUSES,
  ENVIRONMENTS,
  NewHandle,
  OldHandle,
  RequestedBy,
  ROTATION_TRIGGERS,
  ROTATOR_KINDS,
} from "./schema.ts";

/** A day, from the year 1 on: Postgres has no year 0. */
const Day = z.iso.date().refine((day) => day >= "0001-01-01", "must be a day after year 0");

export const BINDING_SORTS = [
  "name",
  "status",
  "age",
  "next",
  "class",
  "owner",
  "environment",
  "region",
] as const;
export type BindingSort = (typeof BINDING_SORTS)[number];

/** Which credentials: all conditions together, each list meaning any of it. */
export const BindingFilter = z.object({
  /** Part of the name, path or owner, in any case. */
  text: z
    .string()
    .trim()
    .max(200)
    .refine((text) => !text.includes("\0"), "must be text")
    .optional(),
  classes: z.array(z.enum(SECRET_CLASSES)).max(SECRET_CLASSES.length).optional(),
  environments: z.array(z.enum(ENVIRONMENTS)).max(ENVIRONMENTS.length).optional(),
  statuses: z.array(z.enum(BINDING_STATUSES)).max(BINDING_STATUSES.length).optional(),
  /** In any case. */
  owners: z.array(z.string().trim().min(1).max(200)).max(20).optional(),
  /** The empty text: in every region of the installation. */
  regions: z
    .array(z.union([z.literal(""), regionName]))
    .max(20)
    .optional(),
  /** First and last UTC day of the next rotation. */
  nextFrom: Day.optional(),
  nextTo: Day.optional(),
});
export type BindingFilter = z.output<typeof BindingFilter>;

export const ListBindingsInput = BindingFilter.extend({
  sort: z.enum(BINDING_SORTS).default("status"),
  order: z.enum(["asc", "desc"]).default("asc"),
  cursor: z.string().max(1200).nullish(),
  limit: z.number().int().min(1).max(200).default(100),
});
export type ListBindingsInput = z.output<typeof ListBindingsInput>;

const OpenRotation = z.object({
  rotationId: z.uuid(),
  state: z.enum(ROTATION_STATES),
  graceUntil: z.date().nullable(),
  errorText: z.string().nullable(),
});

/** One credential of the dashboard: a reference and its dates, never a value. */
export const BindingView = z.object({
  bindingId: z.uuid(),
  name: z.string(),
  class: z.enum(SECRET_CLASSES),
  environment: z.enum(ENVIRONMENTS),
  store: z.string(),
  path: z.string(),
  owner: z.string(),
  /** Null: in every region of the installation. */
  region: z.string().nullable(),
  /** Made by a verb or a person, or found in a store and bound by nobody. */
  origin: z.enum(["bound", "discovered"]),
  leakedAt: z.date().nullable(),
  /** Since when it is not in its store any more. */
  missingSince: z.date().nullable(),
  /** How it is rotated. */
  rotatorKind: z.enum(ROTATOR_KINDS),
  /** Which rule applies, and why. */
  rule: RuleInForce,
  status: z.enum(BINDING_STATUSES),
  /** Null when nobody knows when the value was made. */
  ageSeconds: z.number().int().nullable(),
  lastRotatedAt: z.date().nullable(),
  nextRotationAt: z.date().nullable(),
  /** When the value reaches its age limit. */
  limitAt: z.date().nullable(),
  currentVersion: z.number().int().nullable(),
  graceSeconds: z.number().int(),
  /** Why the console can't rotate it, as a sentence; null when it can. */
  missing: z.string().nullable(),
  openRotation: OpenRotation.nullable(),
});
export type BindingView = z.infer<typeof BindingView>;

export const ListBindingsOutput = z.object({
  asOf: z.date(),
  bindings: z.array(BindingView),
  nextCursor: z.string().nullable(),
});

const Counts = z.object({
  leaked: z.number().int(),
  orphaned: z.number().int(),
  failed: z.number().int(),
  missing: z.number().int(),
  overdue: z.number().int(),
  awaitingApproval: z.number().int(),
  rotating: z.number().int(),
  inGrace: z.number().int(),
  dueSoon: z.number().int(),
  unmanaged: z.number().int(),
  healthy: z.number().int(),
  retired: z.number().int(),
});

export const SummaryOutput = Counts.extend({
  asOf: z.date(),
  total: z.number().int(),
  /** Credentials whose next rotation falls on the next UTC days, today the first, what is late included. */
  next7Days: z.number().int(),
  next30Days: z.number().int(),
  /** Each class that has credentials, with how many need what. */
  byClass: z.array(Counts.extend({ class: z.enum(SECRET_CLASSES), total: z.number().int() })),
  /** The regions that credentials name. */
  regions: z.array(z.string()),
  /** Credentials whose next rotation falls on a UTC day, for 90 days from today; what is late counts today. */
  upcoming: z.array(z.object({ day: z.iso.date(), count: z.number().int() })),
});

export const CountOutput = z.object({ asOf: z.date(), count: z.number().int() });

/** Credentials by the age of their value, the retired left out. */
export const AgesOutput = z.object({
  asOf: z.date(),
  ages: z.array(
    z.object({
      /** Days: from this age on. */
      from: z.number().int(),
      /** Days: up to this age; null: any. */
      to: z.number().int().nullable(),
      within: z.number().int(),
      over: z.number().int(),
    }),
  ),
  /** Nobody knows when their value was made. */
  unknown: z.number().int(),
});

export const BindingDetailInput = z.object({ bindingId: entityId("secret binding") });

export const RotationView = z.object({
  rotationId: z.uuid(),
  state: z.enum(ROTATION_STATES),
  trigger: z.enum(ROTATION_TRIGGERS),
  requestedBy: RequestedBy,
  reason: z.string().nullable(),
  oldHandle: OldHandle.nullable(),
  newHandle: NewHandle.nullable(),
  createdAt: z.date(),
  finishedAt: z.date().nullable(),
  graceUntil: z.date().nullable(),
  retryAt: z.date().nullable(),
  pausedAt: z.date().nullable(),
  isCancelled: z.boolean(),
  /** A person asked for the old value back. */
  isTakenBack: z.boolean(),
  /** Started outside the change window, by a person's word. */
  isOutsideWindow: z.boolean(),
  /** The request it waits for, or was approved by. */
  approvalId: z.uuid().nullable(),
  /** What a person may do about it now. */
  may: z.object({
    cancel: z.boolean(),
    rollBack: z.boolean(),
    pause: z.boolean(),
    resume: z.boolean(),
  }),
  attempt: z.number().int(),
  errorCode: z.string().nullable(),
  errorText: z.string().nullable(),
  steps: z.array(
    z.object({
      from: z.enum(ROTATION_STATES).nullable(),
      state: z.enum(ROTATION_STATES),
      at: z.date(),
      note: z.string(),
      eventId: z.uuid(),
      eventType: z.string(),
      actorKind: z.string(),
      isSealed: z.boolean(),
    }),
  ),
});
export type RotationView = z.infer<typeof RotationView>;

export const BindingDetailOutput = z.object({
  asOf: z.date(),
  binding: BindingView,
  /** Whether a change window of its environment is open now, and when the next opens (null: it has none). */
  window: z.object({ isOpen: z.boolean(), opensAt: z.date().nullable() }),
  /** The newest 20. */
  rotations: z.array(RotationView),
});
