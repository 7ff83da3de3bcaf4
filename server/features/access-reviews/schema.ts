import { z } from "zod";
import { ROLE_SCOPES, ROLES } from "#server/platform/authz/scopes.ts";
import { entityId } from "#server/platform/entity-id.ts";

const Reason = z
  .string()
  .trim()
  .min(1, "must say why")
  .max(2000, "must have at most 2000 characters");

/** Who may answer: a role that can decide, else a campaign would wait for ever. */
export const REVIEWER_ROLES = ROLES.filter((role) =>
  ROLE_SCOPES[role].includes("runtime.reviews.decide"),
);
const ReviewerRoles = z
  .array(z.enum(REVIEWER_ROLES, { error: `must be one of ${REVIEWER_ROLES.join(", ")}` }))
  .min(1, "must name a role")
  .max(10)
  .transform((roles) => [...new Set(roles)].sort());

export const ReviewPolicyFields = z.object({
  isEnabled: z.boolean(),
  periodDays: z.number().int().min(1).max(730),
  /** Days that reviewers have to answer; after that a campaign is overdue, and stays open. */
  answerDays: z.number().int().min(1).max(90),
  /** Days after the start. */
  remindAfterDays: z
    .array(z.number().int().min(1).max(89))
    .max(10)
    .transform((days) => [...new Set(days)].sort((a, b) => a - b)),
  reviewerRoles: ReviewerRoles,
});

export const SaveReviewPolicyInput = ReviewPolicyFields.extend({
  /** The version that the change was made from; 0: there was none. */
  basedOn: z.number().int().min(0),
  /** Null: a period after the last campaign, at once when there was none. */
  nextStartAt: z.date().nullable().default(null),
  reason: Reason,
})
  .refine(({ answerDays, periodDays }) => answerDays <= periodDays, {
    path: ["answerDays"],
    error: "must not be longer than the period",
  })
  .refine(({ answerDays, remindAfterDays }) => remindAfterDays.every((day) => day < answerDays), {
    path: ["remindAfterDays"],
    error: "must lie before the end",
  });
export const ReviewPolicySaved = z.object({ version: z.number(), nextStartAt: z.date() });

export const CampaignId = z.object({ campaignId: entityId("access campaign") });
export const CampaignStarted = z.object({
  /** Null: it was not due, or another one is open. */
  campaignId: z.string().nullable(),
  items: z.number(),
  unknownSources: z.number(),
});

export const DecideAccessInput = CampaignId.extend({
  itemIds: z.array(entityId("access item")).min(1, "must name what is decided").max(1_000),
  decision: z.enum(["keep", "revoke"]),
  reason: z.string().trim().max(2000, "must have at most 2000 characters").default(""),
}).refine(({ decision, reason }) => decision === "keep" || reason !== "", {
  path: ["reason"],
  error: "a revocation must say why",
});
export const AccessDecided = z.object({ decided: z.number(), undecided: z.number() });

export const CloseCampaignInput = CampaignId.extend({
  /** Needed when an issuer stayed unknown: its part goes into the record as not reviewed. */
  note: z.string().trim().max(2000).default(""),
});
export const CampaignClosed = z.object({
  digest: z.string(),
  kept: z.number(),
  revoked: z.number(),
});

export const TendedCampaign = z.object({ outcome: z.enum(["nothing", "reminded", "overdue"]) });

const Identity = z.object({ issuer: z.string(), subject: z.string() });
export const CampaignState = z.enum(["open", "overdue", "closed"]);

export const SourceView = z.object({
  issuer: z.string(),
  realm: z.string(),
  /** Null: never read whole, so that nothing is known of it. */
  readAt: z.date().nullable(),
  failureCode: z.string().nullable(),
});

export const CampaignSummary = z.object({
  campaignId: z.string(),
  state: CampaignState,
  trigger: z.enum(["schedule", "person"]),
  startedAt: z.date(),
  dueAt: z.date(),
  closedAt: z.date().nullable(),
  reviewerRoles: z.array(z.string()),
  items: z.number(),
  decided: z.number(),
  revoked: z.number(),
  /** Revocations that nobody has seen to be gone yet. */
  unfinished: z.number(),
  unknownSources: z.number(),
});
export type CampaignSummary = z.infer<typeof CampaignSummary>;

export const ItemView = Identity.extend({
  itemId: z.string(),
  kind: z.enum(["role", "grant"]),
  personName: z.string(),
  personKind: z.enum(["user", "service"]),
  isEnabled: z.boolean(),
  what: z.string(),
  environment: z.string().nullable(),
  scopes: z.array(z.string()),
  endsAt: z.date().nullable(),
  decision: z.enum(["keep", "revoke"]).nullable(),
  reason: z.string(),
  decidedByName: z.string().nullable(),
  decidedAt: z.date().nullable(),
  revocation: z.enum(["revoking", "to-do", "gone"]).nullable(),
  revocationOwner: z.string().nullable(),
  revocationSince: z.date().nullable(),
  trouble: z.string().nullable(),
  goneAt: z.date().nullable(),
  /** The viewer's own: somebody else decides. */
  isOwn: z.boolean(),
});
export type ItemView = z.infer<typeof ItemView>;

export const CampaignView = CampaignSummary.extend({
  asOf: z.date(),
  startedByName: z.string(),
  closedByName: z.string().nullable(),
  closeNote: z.string().nullable(),
  recordDigest: z.string().nullable(),
  remindersSent: z.number(),
  nextReminderAt: z.date().nullable(),
  sources: z.array(SourceView),
  entries: z.array(ItemView),
  yourPart: z.enum(["may-decide", "no-scope", "other-roles", "not-a-person", "closed"]),
  mayClose: z.boolean(),
});
export type CampaignView = z.infer<typeof CampaignView>;

export const ReviewOverview = z.object({
  asOf: z.date(),
  policy: ReviewPolicyFields.omit({ reviewerRoles: true, remindAfterDays: true })
    .extend({
      reviewerRoles: z.array(z.string()),
      remindAfterDays: z.array(z.number()),
      version: z.number(),
      nextStartAt: z.date(),
      updatedByName: z.string(),
      updatedAt: z.date(),
    })
    .nullable(),
  directory: z.array(
    SourceView.extend({
      triedAt: z.date(),
      failingSince: z.date().nullable(),
      people: z.number(),
      removesRoles: z.boolean(),
      administrator: z.string(),
    }),
  ),
  openCampaignId: z.string().nullable(),
  mayManage: z.boolean(),
  reviewerRoles: z.array(z.string()),
});
export type ReviewOverview = z.infer<typeof ReviewOverview>;

export const ListCampaignsInput = z.object({
  limit: z.number().int().min(1).max(100).default(25),
  cursor: entityId("access campaign").optional(),
});
export const CampaignPage = z.object({
  items: z.array(CampaignSummary),
  nextCursor: z.string().nullable(),
  asOf: z.date(),
});

export const RecordInput = CampaignId.extend({ format: z.enum(["json", "csv"]) });
export const RecordFile = z.object({ text: z.string(), digest: z.string() });
