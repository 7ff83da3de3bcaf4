import { z } from "zod";
import { looksLikeSecret } from "#server/engines/rotation/looks-like-secret.ts";
import {
  CONSUMER_STATES,
  HOLD_CODES,
  OLD_USE_STATES,
} from "#server/engines/rotation/revocation-gate.ts";
import { ROTATION_STATES } from "#server/engines/rotation/state-machine.ts";
import { entityId } from "#server/platform/entity-id.ts";
import { OldHandle, RequestedBy, Rotator, STORES } from "../schema.ts";

export const CONSUMER_KINDS = ["external-secret", "workload", "reported"] as const;
export const USE_SOURCES = ["sessions", "leases"] as const;

const reason = z.string().regex(/^[a-z][a-z-]{0,59}$/);

const FoundConsumer = z.object({
  kind: z.enum(["external-secret", "workload"]),
  namespace: z.string().max(253),
  name: z.string().min(1).max(300),
  state: z.enum(CONSUMER_STATES),
  reason,
  seenAt: z.date().nullable(),
  refreshDueAt: z.date().nullable().default(null),
});

/** What a target tells of the old value. `users` is who, and goes into the erasable payload only. */
export const OldUse = z.object({
  source: z.enum(USE_SOURCES),
  state: z.enum(OLD_USE_STATES),
  reason: z.string().max(60).default(""),
  uses: z.number().int().min(0).nullable(),
  lastUsedAt: z.date().nullable(),
  /** When it ends by itself, where it does (a lease). */
  endsAt: z.date().nullable().default(null),
  /** The workload that holds it, where the target names one (a lease). */
  heldBy: z.string().max(200).nullable().default(null),
  users: z
    .array(
      z.object({
        application: z.string().max(200),
        address: z.string().max(100),
        since: z.date().nullable(),
      }),
    )
    .max(50)
    .default([]),
});
export type OldUse = z.input<typeof OldUse>;

/** What the cluster told; `away` when it could not be asked, null where none is configured. */
export const ClusterLook = z.discriminatedUnion("state", [
  z.object({
    state: z.literal("read"),
    cluster: z.string().max(120),
    /** Whether everything could be read: else an object that isn't there may still exist. */
    isComplete: z.boolean(),
    consumers: z.array(FoundConsumer).max(1_000),
  }),
  z.object({ state: z.literal("away"), reason }),
]);
export type ClusterLook = z.input<typeof ClusterLook>;

export const RecordConsumerLookInput = z.object({
  rotationId: entityId("rotation"),
  cluster: ClusterLook.nullable(),
  oldUses: z.array(OldUse).max(2),
});

/** What a worker has to know to look at the consumers of a rotation. */
export const LookFacts = z.object({
  rotationId: z.uuid(),
  bindingId: z.uuid(),
  store: z.enum(STORES),
  path: z.string(),
  rotator: Rotator,
  oldHandle: OldHandle.nullable(),
  promotedAt: z.date().nullable(),
  /** Whether the old value was ended: then its target has nothing more to tell. */
  isOver: z.boolean(),
  /** Whether somebody is known to use it. */
  hasConsumers: z.boolean(),
  /** When External Secrets were first seen refreshed since the promotion, as `namespace/name`. */
  refreshedSince: z.array(z.object({ name: z.string(), at: z.date() })),
});
export type LookFacts = z.infer<typeof LookFacts>;

const Reason = z
  .string()
  .trim()
  .min(10, "must say why, in 10 characters or more")
  .max(1_000, "must be 1,000 characters at most");

export const BeginFetchesInput = z.object({ rotationId: entityId("rotation") });
export const FetchesBegun = z.object({
  /** ExternalSecrets to be asked now. */
  begun: z.array(
    z.object({
      consumerId: z.uuid(),
      namespace: z.string(),
      name: z.string(),
      /** What its annotation is set to: another with each attempt. */
      mark: z.string(),
    }),
  ),
});
export const FETCH_OUTCOMES = ["asked", "later", "refused"] as const;
export const RecordFetchesInput = z.object({
  rotationId: entityId("rotation"),
  results: z
    .array(
      z.object({
        consumerId: z.uuid(),
        outcome: z.enum(FETCH_OUTCOMES),
        errorCode: z
          .string()
          .regex(/^[a-z][a-z0-9_]{0,59}$/)
          .nullable(),
      }),
    )
    .min(1)
    .max(50),
});
export const FetchesRecorded = z.object({ recorded: z.number().int() });

export const OverrideRevokeInput = z.object({ rotationId: entityId("rotation"), reason: Reason });
export const RevokeOverridden = z.object({
  rotationId: z.uuid(),
  state: z.enum(ROTATION_STATES),
});

/** A name of a workload, namespace or cluster; one that reads like a secret is refused (law 6). */
function label(max: number) {
  return z
    .string()
    .max(max)
    .regex(
      /^[A-Za-z0-9]([A-Za-z0-9._/:-]*[A-Za-z0-9])?$/,
      "must be a name: letters, digits, . _ - / :",
    )
    .refine((text) => !looksLikeSecret(text), "reads like a secret value and was not kept");
}

/** Unknown fields are refused without naming them: what was sent may be a value. */
const unknownField = (issue: { code?: string }) =>
  issue.code === "unrecognized_keys" ? "has a field that is not known here" : undefined;

export const ReportConsumerInput = z.strictObject(
  {
    binding: z.union([
      z.strictObject({ bindingId: entityId("secret binding") }, { error: unknownField }),
      z.strictObject({ store: z.enum(STORES), path: label(400) }, { error: unknownField }),
    ]),
    workload: z.strictObject(
      {
        name: label(200),
        namespace: label(253).default("default"),
        cluster: label(120).default("reported"),
      },
      { error: unknownField },
    ),
    /** The version that it uses; left out when it uses the credential no more. */
    version: z.number().int().min(1).max(2_147_483_647).optional(),
    /** When it last used that version; now, when left out. Never later than now. */
    usedAt: z.date().optional(),
    isGone: z.boolean().default(false),
    /** It reports again within this time, else its state is unknown. */
    reportWithinSeconds: z.number().int().min(60).max(2_678_400).default(86_400),
  },
  { error: unknownField },
);

export const ConsumerReported = z.object({
  consumerId: z.uuid(),
  bindingId: z.uuid(),
  state: z.enum(CONSUMER_STATES),
  currentVersion: z.number().int().nullable(),
});

export const ConsumersInput = z.object({ bindingId: entityId("secret binding") });

export const ConsumerView = z.object({
  consumerId: z.uuid(),
  kind: z.enum(CONSUMER_KINDS),
  cluster: z.string(),
  namespace: z.string(),
  name: z.string(),
  state: z.enum(CONSUMER_STATES),
  reason: z.string(),
  stateSince: z.date(),
  seenVersion: z.number().int().nullable(),
  seenAt: z.date().nullable(),
  checkedAt: z.date(),
  /** When it fetches by itself, where that is known. */
  refreshDueAt: z.date().nullable(),
  /** Whether the cluster was asked to fetch it sooner, for the newest rotation. */
  fetch: z
    .object({
      state: z.enum(["asking", ...FETCH_OUTCOMES]),
      at: z.date(),
      errorCode: z.string().nullable(),
    })
    .nullable(),
});
export type ConsumerView = z.infer<typeof ConsumerView>;

export const OldUseView = z.object({
  source: z.enum(USE_SOURCES),
  state: z.enum(OLD_USE_STATES),
  reason: z.string(),
  uses: z.number().int().nullable(),
  lastUsedAt: z.date().nullable(),
  endsAt: z.date().nullable(),
  heldBy: z.string().nullable(),
  checkedAt: z.date(),
  /** From the erasable payload; empty when it was erased. */
  users: z.array(z.object({ application: z.string(), address: z.string() })),
});

export type OldUseView = z.infer<typeof OldUseView>;

export const ConsumersOutput = z.object({
  asOf: z.date(),
  consumers: z.array(ConsumerView),
  /** The newest incident that is not closed, for those who may see incidents. */
  incident: z.object({ incidentId: z.uuid(), state: z.string() }).nullable(),
  may: z.object({ override: z.boolean(), markLeaked: z.boolean() }),
  /** Of the newest rotation, when it has one. */
  rotation: z
    .object({
      rotationId: z.uuid(),
      lookedAt: z.date().nullable(),
      oldUses: z.array(OldUseView),
      held: z.object({ code: z.enum(HOLD_CODES), since: z.date() }).nullable(),
      overridden: z
        .object({ at: z.date(), by: RequestedBy, reason: z.string().nullable() })
        .nullable(),
      mayOverride: z.boolean(),
    })
    .nullable(),
});
export type ConsumersOutput = z.infer<typeof ConsumersOutput>;
