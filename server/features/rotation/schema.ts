import { z } from "zod";
import { ROTATION_STATES, ROTATION_STEPS } from "#server/engines/rotation/state-machine.ts";
import { entityId } from "#server/platform/entity-id.ts";
import { SECRET_CLASSES } from "./rules.ts";

export const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;
export const BINDING_STATES = ["active", "rotating", "failed", "missing", "retired"] as const;

/** What a credential needs, most urgent first; derived, never stored. */
export const BINDING_STATUSES = [
  "failed",
  "overdue",
  "rotating",
  "in-grace",
  "due-soon",
  "unmanaged",
  "healthy",
  "retired",
] as const;
export type BindingStatus = (typeof BINDING_STATUSES)[number];

const path = z
  .string()
  .min(1)
  .max(400)
  .regex(
    /^(?!\.)[A-Za-z0-9._-]+(\/(?!\.)[A-Za-z0-9._-]+)*$/,
    "must be names joined by single slashes, none beginning with a dot",
  );
const roleName = z.string().min(1).max(63);

/** Dual-user: two roles of one database take turns; the console holds references only. */
export const PostgresDualUser = z.object({
  kind: z.literal("postgres-dual-user"),
  target: z.object({
    host: z.string().min(1).max(253),
    port: z.number().int().min(1).max(65_535),
    database: z.string().min(1).max(63),
    tls: z.enum(["verify-full", "disable"]),
  }),
  activeRole: roleName,
  standbyRole: roleName,
  /** Where the vault keeps the login that may alter these two roles, and nothing else. */
  rotatorPath: path,
});

/** A generated value that lives in KV v2 alone: an API token or a client secret. */
export const KvGenerated = z.object({
  kind: z.literal("kv-generated"),
  /** The field of the secret that holds the value. */
  field: z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/, "must be the name of a field"),
  /** Randomness of a new value. */
  bytes: z.number().int().min(16).max(128),
  /** Other text fields that a new version takes over; any other field stops the rotation. */
  keep: z.array(z.string().min(1).max(63)).max(20),
});
export type KvGenerated = z.infer<typeof KvGenerated>;

/** A key of OpenBao's transit engine. */
export const OpenbaoTransit = z.object({
  kind: z.literal("openbao-transit"),
  mount: path,
  key: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "must be the name of a key"),
  /** Whether retired versions are destroyed for ever, or kept below the minimum version. */
  trim: z.boolean(),
});
export type OpenbaoTransit = z.infer<typeof OpenbaoTransit>;

/** Those that the worker rotates by itself. */
export const AutomaticRotator = z.discriminatedUnion("kind", [
  PostgresDualUser,
  KvGenerated,
  OpenbaoTransit,
]);
export type AutomaticRotator = z.infer<typeof AutomaticRotator>;

/** Nobody rotates it through the console; `missing` says what it would take. */
export const NoRotator = z.object({
  kind: z.literal("none"),
  missing: z.string().min(1).max(300),
});

export const Rotator = z.discriminatedUnion("kind", [
  PostgresDualUser,
  KvGenerated,
  OpenbaoTransit,
  NoRotator,
]);
export type Rotator = z.infer<typeof Rotator>;
export const ROTATOR_KINDS = Rotator.options.map((option) => option.shape.kind.value);
export type PostgresDualUser = z.infer<typeof PostgresDualUser>;

/** Something that only the old version can read: no secret, and proof of its end once it is refused. */
const VersionEvidence = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ciphertext"), version: z.number().int(), ciphertext: z.string() }),
  z.object({
    kind: z.literal("signature"),
    version: z.number().int(),
    input: z.string(),
    signature: z.string(),
  }),
]);

/** Which version a rotation found, and which role it belongs to where there are two. */
export const OldHandle = z.object({
  role: roleName.optional(),
  version: z.number().int().min(1),
  evidence: VersionEvidence.optional(),
});
export type OldHandle = z.infer<typeof OldHandle>;

export const NewHandle = z.object({
  role: roleName.optional(),
  stagedPath: path.optional(),
  version: z.number().int().min(1).nullable(),
});
export type NewHandle = z.infer<typeof NewHandle>;

/** Who asked, as the row keeps it: an identity, shown to those who may read the rotation. */
export const RequestedBy = z.object({
  kind: z.enum(["user", "service", "worker", "system"]),
  issuer: z.string().nullable(),
  subject: z.string().nullable(),
  name: z.string(),
});
export type RequestedBy = z.infer<typeof RequestedBy>;

export const ROTATION_TRIGGERS = ["forced", "scheduled", "leaked"] as const;

export const BindSecretInput = z.object({
  name: z.string().min(1).max(200),
  class: z.enum(SECRET_CLASSES),
  environment: z.enum(ENVIRONMENTS),
  store: z.literal("openbao"),
  path,
  owner: z.string().min(1).max(200),
  rotator: Rotator,
  currentVersion: z.number().int().min(1).nullable(),
  graceSeconds: z
    .number()
    .int()
    .min(0)
    .max(30 * 86_400)
    .default(86_400),
  /** When the value was last changed, where that is known. */
  lastRotatedAt: z.date().nullable(),
});

export const ForceRotateInput = z.object({
  bindingId: entityId("secret binding"),
  reason: z
    .string()
    .trim()
    .min(10, "must say why, in 10 characters or more")
    .max(1_000, "must be 1,000 characters at most"),
});

export const StartScheduledInput = z.object({ bindingId: entityId("secret binding") });

export const OpenedRotation = z.object({
  rotationId: z.uuid(),
  bindingId: z.uuid(),
  state: z.enum(ROTATION_STATES),
  trigger: z.enum(ROTATION_TRIGGERS),
  createdAt: z.date(),
});

export const ClaimRotationInput = z.object({
  rotationId: entityId("rotation"),
  owner: z.string().min(1).max(200),
  leaseSeconds: z.number().int().min(1).max(3_600),
});

/** A claimed rotation, with everything the worker needs to go on where it or another stopped. */
export const ClaimedRotation = z.object({
  rotationId: z.uuid(),
  bindingId: z.uuid(),
  fence: z.bigint(),
  state: z.enum(ROTATION_STATES),
  resumeState: z.enum(ROTATION_STATES).nullable(),
  oldHandle: OldHandle.nullable(),
  newHandle: NewHandle.nullable(),
  intent: z.object({ step: z.enum(ROTATION_STEPS) }).nullable(),
  attempt: z.number().int(),
  isCancelled: z.boolean(),
  errorCode: z.string().nullable(),
  errorText: z.string().nullable(),
  causeEventId: z.uuid(),
  path: z.string(),
  rotator: AutomaticRotator,
});
export type ClaimedRotation = z.infer<typeof ClaimedRotation>;

const held = {
  rotationId: entityId("rotation"),
  fence: z.bigint(),
  leaseSeconds: z.number().int().min(1).max(3_600),
};

export const BeginStepInput = z.object({
  ...held,
  step: z.enum(ROTATION_STEPS),
  oldHandle: OldHandle.optional(),
  newHandle: NewHandle.optional(),
  /** Why, when the step is `roll-back`. */
  errorCode: z.string().max(60).optional(),
  errorText: z.string().max(500).optional(),
});

export const RecordStepInput = z.object({
  ...held,
  to: z.enum(ROTATION_STATES),
  note: z.string().max(300).default(""),
  /** The version that the main path got, when it was promoted. */
  promotedVersion: z.number().int().min(1).optional(),
  errorCode: z.string().max(60).optional(),
  errorText: z.string().max(500).optional(),
});

/** Nothing is known to have changed: the step is tried again later. */
export const RecordSetbackInput = z.object({
  rotationId: held.rotationId,
  fence: held.fence,
  errorCode: z.string().min(1).max(60),
  errorText: z.string().min(1).max(500),
});

export const StepResult = z.object({
  state: z.enum(ROTATION_STATES),
  resumeState: z.enum(ROTATION_STATES).nullable(),
  /** Whether the worker has to let go: the rotation waits, is paused, or is over. */
  isWaiting: z.boolean(),
  /** A person wants it undone, if consumers don't have the new value yet. */
  isCancelled: z.boolean(),
});
export type StepResult = z.infer<typeof StepResult>;

export const RetryRotationInput = z.object({ rotationId: entityId("rotation") });
export const RetryScheduled = z.object({ rotationId: z.uuid(), state: z.enum(ROTATION_STATES) });

const Reason = z
  .string()
  .trim()
  .min(10, "must say why, in 10 characters or more")
  .max(1_000, "must be 1,000 characters at most");
export const PauseRotationInput = z.object({ rotationId: entityId("rotation"), reason: Reason });
export const ResumeRotationInput = z.object({ rotationId: entityId("rotation") });
export const CancelRotationInput = z.object({ rotationId: entityId("rotation"), reason: Reason });
export const RotationChanged = z.object({ rotationId: z.uuid(), state: z.enum(ROTATION_STATES) });
