import { z } from "zod";
import { entityId } from "#server/platform/entity-id.ts";
import { AskableScope, ElevationEnvironment } from "./elevation-policy-spec.ts";

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
  scopes: z.array(AskableScope).min(1).max(50),
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
