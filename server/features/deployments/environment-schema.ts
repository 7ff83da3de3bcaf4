import { z } from "zod";
import {
  ENVIRONMENTS,
  PROVENANCE_LEVELS,
  STEP_UP_LEVELS,
} from "#server/engines/deployments/environment-policy.ts";
import { REPORTED_SEVERITIES } from "#server/engines/supply-chain/supply-chain-demand.ts";
import { Requirement } from "#server/features/approvals/index.ts";

export const EnvironmentName = z.enum(ENVIRONMENTS);

const DAY_SECONDS = 86_400;
const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time like 22:30");

export const ChangeWindow = z.object({
  /** ISO: 1 is Monday. */
  days: z.array(z.number().int().min(1).max(7)).min(1, "must name a day").max(7),
  start: ClockTime,
  /** Not after the start: on the day after. */
  end: ClockTime,
  timeZone: z.string().min(1).max(100),
});

const Name = z.string().trim().min(1, "must not be empty").max(1_000);
const Severity = z.enum(REPORTED_SEVERITIES).nullable();

/** Whom and what provenance is held against, and what is asked of reports about images. */
export const SupplyChain = z.object({
  /** A certificate's one name and its issuer, compared letter by letter. */
  signers: z
    .array(z.object({ issuer: Name, subject: Name }))
    .max(200)
    .default([]),
  keys: z
    .array(
      z.object({
        name: z.string().trim().min(1).max(100),
        publicKey: z.string().trim().min(1).max(4_000),
      }),
    )
    .max(20)
    .default([]),
  builders: z
    .array(z.object({ id: Name, level: z.union([z.literal(2), z.literal(3)]) }))
    .max(50)
    .default([]),
  sources: z
    .array(
      z.object({
        /** Null: any service. */
        service: z.string().max(63).nullable(),
        repository: Name,
        /** Null: any ref. */
        ref: Name.nullable(),
      }),
    )
    .max(200)
    .default([]),
  /** The worst that a report may hold, and the worst that has a fix; null: nothing at all. */
  vulnerabilities: z.object({ worst: Severity, worstFixable: Severity }).nullable().default(null),
  requiresSbom: z.boolean().default(false),
});

/** What an environment demands before a deployment. */
export const EnvironmentPolicySpec = z.object({
  groups: Requirement,
  windows: z.array(ChangeWindow).max(20).default([]),
  waitingSeconds: z
    .number()
    .int()
    .min(0)
    .max(7 * DAY_SECONDS)
    .default(0),
  expirySeconds: z
    .number()
    .int()
    .min(300)
    .max(30 * DAY_SECONDS)
    .default(3 * DAY_SECONDS),
  /** How long a pipeline may take, from its claim on, to say how it went. Absent: an hour. */
  reportWithinSeconds: z
    .number()
    .int()
    .min(300, "must be five minutes at least")
    .max(7 * DAY_SECONDS, "must be a week at most")
    .optional(),
  requiresElevation: z.boolean().default(false),
  provenance: z.enum(PROVENANCE_LEVELS).default("none"),
  supplyChain: SupplyChain.optional(),
  mergeApprovals: z.number().int().min(0).max(10).optional(),
  /** What approving a deployment or a rotation here takes besides the role. Absent: nothing. */
  stepUp: z.enum(STEP_UP_LEVELS).optional(),
  trustedRegistries: z.array(z.string().trim().min(1).max(300)).max(50),
  supersedesWaiting: z.boolean().default(true),
});
export type EnvironmentPolicySpec = z.infer<typeof EnvironmentPolicySpec>;

const Reason = z
  .string()
  .trim()
  .min(1, "must say why")
  .max(2000, "must have at most 2000 characters");

export const SaveEnvironmentPolicyInput = z.object({
  environment: EnvironmentName,
  policy: EnvironmentPolicySpec,
  reason: Reason,
  /** The version that was changed; 0 for an environment's first policy. */
  basedOn: z.number().int().min(0).default(0),
});

export const FreezeEnvironmentInput = z.object({
  environment: EnvironmentName,
  isFrozen: z.boolean(),
  /** When it ends by itself; null: when somebody lifts it. */
  until: z.date().nullable().default(null),
  reason: Reason,
});

export const EnvironmentSaved = z.object({
  environment: EnvironmentName,
  version: z.number(),
  outcome: z.enum(["created", "changed", "unchanged"]),
});
export const EnvironmentFrozen = z.object({
  environment: EnvironmentName,
  isFrozen: z.boolean(),
  until: z.date().nullable(),
});

export const EnvironmentView = z.object({
  environment: EnvironmentName,
  /** Null: nothing is deployed there, every request is refused. */
  policy: EnvironmentPolicySpec.nullable(),
  version: z.number(),
  isFrozen: z.boolean(),
  frozenUntil: z.date().nullable(),
  freezeReason: z.string(),
  isInWindow: z.boolean(),
  nextWindowAt: z.date().nullable(),
  services: z.number(),
  waiting: z.number(),
});
export type EnvironmentView = z.infer<typeof EnvironmentView>;

export const EnvironmentList = z.object({ items: z.array(EnvironmentView), asOf: z.date() });
export const EnvironmentInput = z.object({ environment: EnvironmentName });

export const EnvironmentVersions = z.object({
  items: z.array(
    z.object({
      version: z.number(),
      policy: EnvironmentPolicySpec,
      reason: z.string(),
      savedBy: z.string(),
      savedAt: z.date(),
    }),
  ),
});
