import { z } from "zod";
import { ENVIRONMENTS } from "#server/engines/deployments/environment-policy.ts";
import { Requirement } from "#server/features/approvals/index.ts";
import { GRANTABLE_SCOPES, ROLES } from "#server/platform/authz/scopes.ts";

export const ElevationEnvironment = z.enum(ENVIRONMENTS);

export const AskableScope = z.enum(GRANTABLE_SCOPES, {
  error: `must be one of ${GRANTABLE_SCOPES.join(", ")}`,
});

const DAY_SECONDS = 86_400;
const Name = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._:-]{0,252})$/, "must be a name");

/** Where else a grant is made to hold while it is live. */
export const ProjectionTarget = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("keycloak-role"),
    /** A role of the realm that the person signs in at, made for this and for nothing else. */
    role: Name.refine((role) => role.startsWith("elevated-"), "must begin with elevated-"),
  }),
  z.object({
    kind: z.literal("kubernetes-role-binding"),
    namespace: Name,
    role: Name,
    roleKind: z.enum(["Role", "ClusterRole"]),
  }),
]);
export type ProjectionTarget = z.infer<typeof ProjectionTarget>;

/** What an environment lets people ask for, and by whom it is approved. */
export const ElevationPolicySpec = z.object({
  maxDurationSeconds: z
    .number()
    .int()
    .min(300, "must be five minutes at the least")
    .max(7 * DAY_SECONDS),
  /** How far ahead a grant may start. */
  maxAheadSeconds: z
    .number()
    .int()
    .min(0)
    .max(30 * DAY_SECONDS)
    .default(0),
  /** Live or still to start, of one person. */
  maxLivePerPerson: z.number().int().min(1).max(20).default(3),
  /** Which scopes people with any of these roles may ask for. */
  offers: z
    .array(
      z.object({
        roles: z.array(z.enum(ROLES)).min(1, "must name a role"),
        scopes: z.array(AskableScope).min(1, "must name a scope"),
      }),
    )
    .min(1, "must offer something")
    .max(20),
  groups: Requirement,
  /** How long a request waits for its approval, and the approval for its activation. */
  expirySeconds: z
    .number()
    .int()
    .min(300)
    .max(7 * DAY_SECONDS)
    .default(DAY_SECONDS),
  stepUp: z
    .object({
      /** Whether asking takes a fresh factor too; activating does whenever a level is set. */
      whenAsking: z.boolean().default(false),
      /** Whether approving for this environment takes a fresh factor, bound to what is approved. */
      whenApproving: z.boolean().default(false),
      /** `any-factor`: a fresh one by any way; `security-key`: WebAuthn only. */
      level: z.enum(["none", "any-factor", "security-key"]),
      withinSeconds: z.number().int().min(30).max(900).default(300),
    })
    .default({ whenAsking: false, whenApproving: false, level: "any-factor", withinSeconds: 300 }),
  projections: z.array(ProjectionTarget).max(10).default([]),
});
export type ElevationPolicySpec = z.infer<typeof ElevationPolicySpec>;
