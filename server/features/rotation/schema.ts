import { z } from "zod";
import { ROTATION_STATES, ROTATION_STEPS } from "#server/engines/rotation/state-machine.ts";
import { entityId } from "#server/platform/entity-id.ts";
import { path, regionName, roleName } from "./rotator-kinds/names.ts";
import { AutomaticRotator, Rotator } from "./rotator-kinds/rotator-kinds.ts";
import { SECRET_CLASSES } from "./rules.ts";

export type { AzureKey, AzureSecret } from "./rotator-kinds/azure.ts";
export type { KeycloakClientSecret } from "./rotator-kinds/keycloak-client-secret.ts";
export type { KvGenerated } from "./rotator-kinds/kv-generated.ts";
export type { Manual } from "./rotator-kinds/manual.ts";
export type { OpenbaoDynamic } from "./rotator-kinds/openbao-dynamic.ts";
export type { OpenbaoPkiIntermediate, OpenbaoPkiRoot } from "./rotator-kinds/openbao-pki.ts";
export type { OpenbaoStaticRole } from "./rotator-kinds/openbao-static-role.ts";
export type { OpenbaoTransit } from "./rotator-kinds/openbao-transit.ts";
export type { PostgresDualUser } from "./rotator-kinds/postgres-dual-user.ts";
export { AutomaticRotator, ROTATOR_KINDS, Rotator } from "./rotator-kinds/rotator-kinds.ts";
export type { TwoKeyCloud } from "./rotator-kinds/two-key-cloud.ts";
export { WatchedRotator } from "./rotator-kinds/watched.ts";

export const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;
/** Where a secret is kept; `none`: nowhere that the console reads. */
export const STORES = [
  "openbao",
  "azure-key-vault",
  "keycloak",
  "kubernetes",
  "file",
  "none",
] as const;
export const BINDING_STATES = ["active", "rotating", "failed", "missing", "retired"] as const;

/** What a credential needs, most urgent first; derived, never stored. */
export const BINDING_STATUSES = [
  "leaked",
  "orphaned",
  "failed",
  "missing",
  "overdue",
  "awaiting-approval",
  "rotating",
  "in-grace",
  "due-soon",
  "unmanaged",
  "healthy",
  "retired",
] as const;
export type BindingStatus = (typeof BINDING_STATUSES)[number];

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
  /** What its store or target calls it (a version id, a serial, a key id): never a value. */
  ref: z.string().min(1).max(300).optional(),
  version: z.number().int().min(1),
  evidence: VersionEvidence.optional(),
});
export type OldHandle = z.infer<typeof OldHandle>;

export const NewHandle = z.object({
  role: roleName.optional(),
  /** As in `OldHandle`; unknown until it is made. */
  ref: z.string().min(1).max(300).optional(),
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
  store: z.enum(STORES),
  /** NULL: every region of the installation. */
  region: regionName.nullable().default(null),
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
  /** Must be said when no change window of its environment is open; the reason says why. */
  outsideWindow: z.boolean().default(false),
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
  /** How many rotations may act on its target at once. */
  mostPerTarget: z.number().int().min(1).max(1_000).default(8),
  leaseSeconds: z.number().int().min(1).max(3_600),
  /** The region that the worker would write to; refused when it is not the primary. */
  writesTo: z.string().max(63).nullish(),
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
  /** A person wants the old value back, within the grace. */
  isTakenBack: z.boolean(),
  errorCode: z.string().nullable(),
  errorText: z.string().nullable(),
  causeEventId: z.uuid(),
  store: z.enum(STORES),
  path: z.string(),
  currentVersion: z.number().int().nullable(),
  environment: z.enum(ENVIRONMENTS),
  region: z.string().nullable(),
  trigger: z.enum(ROTATION_TRIGGERS),
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

const stepNote = z.string().max(300).default("");

export const RecordStepInput = z.object({
  ...held,
  /** What it went through before, by acts that change nothing outside: recorded with what follows. */
  passing: z
    .array(z.object({ to: z.enum(ROTATION_STATES), note: stepNote }))
    .max(3)
    .default([]),
  to: z.enum(ROTATION_STATES),
  note: stepNote,
  /** The version that the main path got, when it was promoted. */
  promotedVersion: z.number().int().min(1).optional(),
  /** The version that holds the old value again, when it was taken back. */
  restoredVersion: z.number().int().min(1).optional(),
  /** The step that follows at once: its intent is stored with this outcome, if it may begin. */
  next: z.enum(ROTATION_STEPS).optional(),
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
  /** The step whose intent is stored already. */
  begun: z.enum(ROTATION_STEPS).nullable(),
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
export const RollBackRotationInput = z.object({ rotationId: entityId("rotation"), reason: Reason });
export const RotationChanged = z.object({ rotationId: z.uuid(), state: z.enum(ROTATION_STATES) });
