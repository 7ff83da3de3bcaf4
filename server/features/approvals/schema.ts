import { z } from "zod";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { MAX_PLACES } from "#server/engines/quorum/requirement.ts";
import { ROLE_SCOPES, ROLES } from "#server/platform/authz/scopes.ts";
import { entityId } from "#server/platform/entity-id.ts";

export const APPROVAL_KINDS = [
  "rotation",
  "deployment",
  "elevation",
  "dr-promotion",
  "remediation",
  "break-glass",
  "onboarding",
  "offboarding",
  "retention",
] as const;
export const ApprovalKind = z.enum(APPROVAL_KINDS);
export type ApprovalKind = z.infer<typeof ApprovalKind>;

export const APPROVAL_STATES = [
  "open",
  "approved",
  "rejected",
  "expired",
  "withdrawn",
  "executed",
] as const;
export const ApprovalState = z.enum(APPROVAL_STATES);
export type ApprovalState = z.infer<typeof ApprovalState>;

const decidingRoles = ROLES.filter((role) =>
  ROLE_SCOPES[role].includes("runtime.approvals.decide"),
);

/** Groups joined by AND; a role that can never decide would make the request unanswerable. */
export const Requirement = z
  .array(
    z.object({
      role: z.enum(decidingRoles, { error: `must be one of ${decidingRoles.join(", ")}` }),
      count: z.number().int().min(1).max(MAX_PLACES),
    }),
  )
  .min(1)
  .refine((groups) => groups.reduce((sum, { count }) => sum + count, 0) <= MAX_PLACES, {
    error: `must not have more than ${MAX_PLACES} places`,
  });
export type Requirement = z.infer<typeof Requirement>;

export const SubjectDigest = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be the 64 hexadecimal digits of the subject's digest");

const Json: z.ZodType<JsonValue> = z.json() as z.ZodType<JsonValue>;

/** What is to be approved. Tenant and requester are added by the console, never by the caller. */
export const SubjectFields = z
  .record(z.string().min(1).max(100), Json)
  .refine((fields) => !("tenant" in fields || "requester" in fields), {
    error: "must not name tenant or requester: the console adds them itself",
  });

const Reason = z
  .string()
  .trim()
  .min(1, "must say why")
  .max(2000, "must have at most 2000 characters");

const DAY_SECONDS = 86_400;

export const RequestApprovalInput = z.object({
  kind: ApprovalKind,
  subjectRef: z.string().regex(/^[a-z][a-z0-9-]*\/[\x21-\x7e]{1,180}$/, "must be like kind/id"),
  subject: SubjectFields,
  /** Stricter than the kind's minimum, never weaker. */
  requirement: Requirement.optional(),
  reason: Reason,
  expiresInSeconds: z
    .number()
    .int()
    .min(60)
    .max(30 * DAY_SECONDS)
    .default(3 * DAY_SECONDS),
});

export const RequestId = z.object({ requestId: entityId("approval request") });

export const ReviewApprovalInput = RequestId.extend({
  decision: z.enum(["approve", "reject"]),
  /** The digest of the subject that the reviewer was shown. */
  subjectDigest: SubjectDigest,
  comment: z.string().trim().max(2000, "must have at most 2000 characters").default(""),
}).refine(({ decision, comment }) => decision === "approve" || comment !== "", {
  path: ["comment"],
  error: "a rejection must say why",
});

export const ReviseApprovalInput = RequestId.extend({ subject: SubjectFields, reason: Reason });

export const RenewApprovalInput = RequestId.extend({
  subject: SubjectFields,
  requirement: Requirement,
  reason: Reason,
});

export const WithdrawApprovalInput = RequestId.extend({ reason: Reason });

const Identity = z.object({ issuer: z.string(), subject: z.string() });

export const QuorumView = z.object({
  outcome: z.enum(["met", "open", "rejected"]),
  groups: z.array(
    z.object({ role: z.string(), count: z.number(), filled: z.number(), missing: z.number() }),
  ),
  additional: z.object({ roles: z.array(z.string()), missing: z.number() }).nullable(),
  missing: z.number(),
});

export const ApprovalSummary = z.object({
  requestId: z.string(),
  kind: ApprovalKind,
  subjectRef: z.string(),
  subjectDigest: z.string(),
  revision: z.number(),
  state: ApprovalState,
  reason: z.string(),
  requester: Identity.extend({
    kind: z.enum(["user", "service", "worker", "system"]),
    name: z.string(),
    isHumanUnknown: z.boolean(),
  }),
  requirement: z.array(z.object({ role: z.string(), count: z.number() })),
  quorum: QuorumView,
  createdAt: z.date(),
  expiresAt: z.date(),
  decidedAt: z.date().nullable(),
  executedAt: z.date().nullable(),
});
export type ApprovalSummary = z.infer<typeof ApprovalSummary>;

export const ReviewView = z.object({
  reviewId: z.string(),
  revision: z.number(),
  /** What the reviewer was shown and named. */
  subjectDigest: z.string(),
  reviewer: Identity.extend({ name: z.string() }),
  roles: z.array(z.string()),
  decision: z.enum(["approve", "reject"]),
  comment: z.string(),
  createdAt: z.date(),
  /** The role whose place it fills; null with `notCounted` when it fills none. */
  countsAs: z.string().nullable(),
  notCounted: z.string().nullable(),
});

/** What the person who looks may do, or why not. */
export const YourPart = z.enum([
  "may-decide",
  "not-open",
  "no-scope",
  "not-a-person",
  "requester",
  "human-behind-requester",
  "already-reviewed",
]);
export type YourPart = z.infer<typeof YourPart>;

export const ApprovalDetail = ApprovalSummary.extend({
  /** The RFC 8785 text whose SHA-256 is the digest. */
  subject: z.string(),
  reviews: z.array(ReviewView),
  yourPart: YourPart,
});
export type ApprovalDetail = z.infer<typeof ApprovalDetail>;

export const ListApprovalsInput = z.object({
  state: ApprovalState.optional(),
  limit: z.number().int().min(1).max(100).default(50),
  cursor: entityId("approval request").optional(),
});
export type ListApprovalsInput = z.infer<typeof ListApprovalsInput>;

export const ApprovalPage = z.object({
  items: z.array(ApprovalSummary),
  nextCursor: z.string().nullable(),
  asOf: z.date(),
});
export type ApprovalPage = z.infer<typeof ApprovalPage>;

export const WaitingApprovals = z.object({ items: z.array(ApprovalSummary), asOf: z.date() });

export const RequestOutcome = z.object({
  requestId: z.string(),
  revision: z.number(),
  state: ApprovalState,
  subjectDigest: z.string(),
});

export const ReviewOutcome = RequestOutcome.extend({ quorum: QuorumView });

export const ConsumeApprovalInput = RequestId.extend({
  kind: ApprovalKind,
  subjectRef: z.string(),
  /** The digest of what is about to be done. */
  subjectDigest: SubjectDigest,
  /** The approvers' roles as just read again (law 10); who is left out has none. */
  approvers: z.array(Identity.extend({ roles: z.array(z.string()) })).max(100),
});

export const ConsumeOutcome = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("executed") }),
  z.object({
    outcome: z.literal("refused"),
    why: z.enum(["not-approved", "already-executed", "expired", "stale", "quorum-lost"]),
    missing: z.number(),
  }),
]);
export type ConsumeOutcome = z.infer<typeof ConsumeOutcome>;
