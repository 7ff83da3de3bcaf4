import { z } from "zod";
import { BREAK_GLASS_SCOPES } from "#server/platform/authz/scopes.ts";
import { entityId } from "#server/platform/entity-id.ts";
import {
  AskableScope,
  ElevationEnvironment,
  ElevationPolicySpec,
} from "./elevation-policy-spec.ts";

export const GRANT_KINDS = ["jit", "break-glass"] as const;

export const Reason = z
  .string()
  .trim()
  .min(1, "must say why")
  .max(2000, "must have at most 2000 characters");

export const GrantId = z.object({ grantId: entityId("elevation grant") });

/** A grant for the caller, opened by a verb that answers for why: no router has it. */
export const ActivateGrantInput = z.object({
  kind: z.enum(GRANT_KINDS),
  environment: ElevationEnvironment,
  scopes: z.array(z.enum(BREAK_GLASS_SCOPES)).min(1).max(50),
  reason: Reason,
  durationSeconds: z
    .number()
    .int()
    .min(60)
    .max(30 * 86_400),
  /** Null, or past: at once. */
  startsAt: z.date().nullable().default(null),
  proof: z.object({ method: z.string(), acr: z.string().nullable() }).nullable(),
  /** The event of what led to it. */
  causedBy: z.string().optional(),
});

export const GrantOutcome = z.object({
  grantId: z.string(),
  state: z.enum(["granted", "given-back", "revoked", "expired"]),
  startsAt: z.date(),
  endsAt: z.date(),
});

export const RevokeGrantInput = GrantId.extend({ reason: Reason });

export const ElevationRequestId = z.object({ requestId: entityId("elevation request") });

const DurationSeconds = z
  .number()
  .int()
  .min(60, "must be a minute at the least")
  .max(30 * 86_400);

export const RequestElevationInput = z.object({
  environment: ElevationEnvironment,
  scopes: z.array(AskableScope).min(1, "must name a scope").max(50),
  durationSeconds: DurationSeconds,
  /** Null: as soon as it is activated. */
  startsAt: z.date().nullable().default(null),
  reason: Reason,
});

export const RequestExtensionInput = GrantId.extend({
  /** How much longer than the grant reaches now. */
  durationSeconds: DurationSeconds,
  reason: Reason,
});

export const REQUEST_STATES = [
  "waiting",
  "activated",
  "rejected",
  "expired",
  "withdrawn",
  "refused",
] as const;
export const RequestState = z.enum(REQUEST_STATES);
export type RequestState = z.infer<typeof RequestState>;

export const RequestOutcome = z.object({
  requestId: z.string(),
  approvalId: z.string(),
  state: RequestState,
  subjectDigest: z.string(),
  expiresAt: z.date(),
});

export const WithdrawElevationInput = ElevationRequestId.extend({ reason: Reason });
export const RequestEnded = z.object({ requestId: z.string(), state: RequestState });

const FreshApprover = z.object({
  issuer: z.string(),
  subject: z.string(),
  roles: z.array(z.string()),
});

export const ActivateElevationInput = ElevationRequestId.extend({
  /** The approvers' roles as just read again (law 10); who is left out has none. */
  approvers: z.array(FreshApprover).max(100),
});

export const ElevationBlocker = z.object({ code: z.string(), words: z.string() });

export const ActivationOutcome = z.discriminatedUnion("outcome", [
  z.object({
    outcome: z.literal("activated"),
    requestId: z.string(),
    grantId: z.string(),
    startsAt: z.date(),
    endsAt: z.date(),
  }),
  z.object({
    outcome: z.literal("blocked"),
    requestId: z.string(),
    decisionId: z.string(),
    /** Every blocker at once. */
    blockers: z.array(ElevationBlocker),
  }),
]);
export type ActivationOutcome = z.infer<typeof ActivationOutcome>;

export const SaveElevationPolicyInput = z.object({
  environment: ElevationEnvironment,
  policy: ElevationPolicySpec,
  reason: Reason,
  /** The version that was changed; 0 for an environment's first policy. */
  basedOn: z.number().int().min(0).default(0),
});

export const ElevationPolicySaved = z.object({
  environment: ElevationEnvironment,
  version: z.number(),
  outcome: z.enum(["created", "changed", "unchanged"]),
});
