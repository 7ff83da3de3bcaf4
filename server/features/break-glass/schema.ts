import { z } from "zod";
import { ENVIRONMENTS } from "#server/engines/deployments/environment-policy.ts";
import { BREAK_GLASS_SCOPES } from "#server/platform/authz/scopes.ts";
import { entityId } from "#server/platform/entity-id.ts";

/** The longest that glass stays broken, whatever a declaration says. */
export const MOST_MINUTES = 60;

const Reason = z
  .string()
  .trim()
  .min(1, "must say why")
  .max(2000, "must have at most 2000 characters");

export const DeclareBreakGlassInput = z.object({
  issuer: z.string().trim().min(1, "must name the issuer").max(500),
  subject: z.string().trim().min(1, "must name the person").max(255),
  personName: z.string().trim().min(1, "must not be empty").max(200),
  environment: z.enum(ENVIRONMENTS),
  scopes: z
    .array(z.enum(BREAK_GLASS_SCOPES))
    .min(1, "must name a scope")
    .max(50)
    .transform((scopes) => [...new Set(scopes)].sort()),
  maxMinutes: z
    .number()
    .int()
    .min(1)
    .max(MOST_MINUTES, `must be ${MOST_MINUTES} minutes at the most`),
  reason: Reason,
});

export const PrincipalId = z.object({ principalId: entityId("break-glass principal") });
export const RetireBreakGlassInput = PrincipalId.extend({ reason: Reason });
export const PRINCIPAL_STATES = ["declared", "active", "retiring", "retired", "refused"] as const;
export const PrincipalState = z.enum(PRINCIPAL_STATES);
export const PrincipalOutcome = z.object({
  principalId: z.string(),
  state: PrincipalState,
  approvalId: z.string(),
});

/** What is asked for when glass is broken; a fresh proof is bound to the digest of exactly this. */
export const BreakGlassRequest = PrincipalId.extend({
  minutes: z.number().int().min(1).max(MOST_MINUTES),
  reason: z
    .string()
    .trim()
    .min(10, "must say why in 10 letters or more")
    .max(2000, "must have at most 2000 characters"),
});
export const BreakGlassPrepared = z.object({
  act: z.literal("break-glass.activate"),
  digest: z.string(),
  withinSeconds: z.number(),
});
export const BreakGlassActivated = z.object({
  useId: z.string(),
  grantId: z.string(),
  startsAt: z.date(),
  endsAt: z.date(),
});

export const UseId = z.object({ useId: entityId("break-glass use") });
export const BreakGlassEnded = z.object({ useId: z.string(), isLive: z.literal(false) });

export const ReviewBreakGlassInput = UseId.extend({
  verdict: z.enum(["justified", "not-justified"]),
  text: z.string().trim().min(10, "must say what was found, in 10 letters or more").max(4000),
});
export const BreakGlassReviewed = z.object({
  useId: z.string(),
  verdict: z.enum(["justified", "not-justified"]),
});

export const PrincipalView = z.object({
  principalId: z.string(),
  personName: z.string(),
  issuer: z.string(),
  subject: z.string(),
  environment: z.string(),
  scopes: z.array(z.string()),
  maxMinutes: z.number(),
  reason: z.string(),
  state: PrincipalState,
  isDemo: z.boolean(),
  approvalId: z.string().nullable(),
  declaredByName: z.string(),
  declaredAt: z.date(),
  activeSince: z.date().nullable(),
  isOwn: z.boolean(),
  /** Why it can't be used now; null: it can. */
  blockedBy: z.enum(["not-in-force", "review-due", "live"]).nullable(),
});
export type PrincipalView = z.infer<typeof PrincipalView>;

export const UseView = z.object({
  useId: z.string(),
  principalId: z.string(),
  grantId: z.string(),
  personName: z.string(),
  environment: z.string(),
  scopes: z.array(z.string()),
  reason: z.string(),
  startedAt: z.date(),
  endsAt: z.date(),
  /** When it really ended; null while it is live. */
  endedAt: z.date().nullable(),
  review: z.enum(["due", "justified", "not-justified"]),
  reviewText: z.string(),
  reviewedByName: z.string().nullable(),
  reviewedAt: z.date().nullable(),
  isOwn: z.boolean(),
});
export type UseView = z.infer<typeof UseView>;

export const BreakGlassOverview = z.object({
  asOf: z.date(),
  principals: z.array(PrincipalView),
  live: z.array(UseView),
  reviewsDue: z.array(UseView),
  history: z.array(UseView),
  mayDeclare: z.boolean(),
  mayReview: z.boolean(),
  declarableScopes: z.array(z.string()),
  /** People of the directory who hold the role, for the form. */
  people: z.array(z.object({ issuer: z.string(), subject: z.string(), name: z.string() })),
});
export type BreakGlassOverview = z.infer<typeof BreakGlassOverview>;

export const OwnBreakGlass = z.object({
  asOf: z.date(),
  principals: z.array(PrincipalView),
  uses: z.array(UseView),
});
export type OwnBreakGlass = z.infer<typeof OwnBreakGlass>;

/** What everybody of the tenant sees on top of every page. */
export const LiveBreakGlass = z.object({
  asOf: z.date(),
  live: z.array(
    z.object({
      useId: z.string(),
      personName: z.string(),
      environment: z.string(),
      endsAt: z.date(),
      isOwn: z.boolean(),
      /** The viewer's own rights by it; empty for anybody else's. */
      scopes: z.array(z.string()),
    }),
  ),
});
export type LiveBreakGlass = z.infer<typeof LiveBreakGlass>;

export const UseDetail = z.object({
  asOf: z.date(),
  use: UseView,
  /** Everything that the person did in the tenant from the first minute to the last, oldest first. */
  events: z.array(
    z.object({
      eventId: z.string(),
      at: z.date(),
      type: z.string(),
      subject: z.string(),
      outcome: z.string(),
      note: z.string(),
      isSealed: z.boolean(),
    }),
  ),
  eventCount: z.number(),
  yourPart: z.enum(["may-review", "own", "no-scope", "not-a-person", "reviewed"]),
});
export type UseDetail = z.infer<typeof UseDetail>;

export const BreakGlassSettled = z.object({
  outcome: z.enum(["waiting", "active", "retired", "refused", "kept"]),
});
