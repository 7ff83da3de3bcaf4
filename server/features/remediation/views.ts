import { z } from "zod";
import { REMEDIATION_REFUSALS } from "#server/engines/remediation/plan-remediation.ts";
import { ApprovalDetail } from "#server/features/approvals/index.ts";
import { entityId } from "#server/platform/entity-id.ts";
import { Action, FieldChange, Mode, PolicySpec, Rule, State, WhyRolledBack } from "./schema.ts";

export const ObjectView = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().nullable(),
  name: z.string(),
});

export const RemediationsInput = z.object({
  findingId: entityId("drift finding").optional(),
  states: z.array(State).max(20).optional(),
  /** Without states: what is under way, or everything. */
  show: z.enum(["open", "all"]).default("open"),
  cursor: entityId("remediation").optional(),
  limit: z.number().int().min(1).max(100).default(50),
});
export type RemediationsInput = z.output<typeof RemediationsInput>;

export const RemediationView = z.object({
  remediationId: z.uuid(),
  findingId: z.uuid(),
  rule: Rule,
  /** Null while nobody has looked yet. */
  action: Action.nullable(),
  /** `auto`: the worker proposed it by the Sovereign's policy, and nobody had to approve. */
  mode: z.enum(["review", "auto"]),
  state: State,
  cluster: z.string(),
  environment: z.string().nullable(),
  object: ObjectView,
  proposedByName: z.string(),
  isYours: z.boolean(),
  reason: z.string(),
  /** A code of `REMEDIATION_REFUSALS`, of an approval, or of trouble; null while all is well. */
  errorCode: z.string().nullable(),
  errorText: z.string().nullable(),
  /** Since when it waits for its cluster, or for what asks for it, to be there again. */
  awaySince: z.date().nullable(),
  createdAt: z.date(),
  updatedAt: z.date(),
  finishedAt: z.date().nullable(),
  /** Until when it may be approved. */
  expiresAt: z.date(),
});
export type RemediationView = z.infer<typeof RemediationView>;

/** The newest first. */
export const RemediationPage = z.object({
  asOf: z.date(),
  items: z.array(RemediationView),
  nextCursor: z.string().nullable(),
});
export type RemediationPage = z.infer<typeof RemediationPage>;

export const StepView = z.object({
  stepId: z.uuid(),
  from: State.nullable(),
  to: State,
  note: z.string(),
  byKind: z.enum(["user", "service", "worker", "system"]),
  byName: z.string(),
  eventId: z.uuid(),
  at: z.date(),
});

export const RemediationDetail = RemediationView.extend({
  asOf: z.date(),
  /** What applying changes, as the dry-run showed it: `live` before, `desired` after. Null before it. */
  changes: z.array(FieldChange).nullable(),
  /** Field managers whose fields it takes over. */
  overrides: z.array(z.string()),
  /** Where the desired state was read, and at which revision. */
  desiredSource: z.string().nullable(),
  desiredRevision: z.string().nullable(),
  desiredDigest: z.string().nullable(),
  liveDigest: z.string().nullable(),
  differenceDigest: z.string().nullable(),
  /** A command that does the same by hand; for `by_hand` the only way. */
  command: z.string().nullable(),
  /** The approval with its reviews and what the viewer may do; null before it is asked for, and for `auto`. */
  approval: ApprovalDetail.nullable(),
  appliedAt: z.date().nullable(),
  /** What waits for being seen, while `verifying`. */
  waitingFor: z.array(z.enum(["object", "drift-look", "isolation-look"])),
  /** What got worse, and made it roll back. */
  worse: WhyRolledBack.nullable(),
  mayWithdraw: z.boolean(),
  /** The oldest first. */
  steps: z.array(StepView),
});
export type RemediationDetail = z.infer<typeof RemediationDetail>;

export const OfFindingInput = z.object({ findingId: entityId("drift finding") });
/** What can be done about one finding. */
export const OfFinding = z.object({
  asOf: z.date(),
  /** By the policy of its rule; `review` for a kind that `auto` does not hold safe. */
  mode: Mode,
  /** Null: may be proposed. Why not otherwise; `in-progress` while one is under way, `no-scope` for the reader. */
  blocked: z
    .enum([...REMEDIATION_REFUSALS, "in-progress", "resolved", "suppressed", "no-scope"])
    .nullable(),
  breaker: z.object({ breakerId: z.uuid(), openedAt: z.date(), count: z.number() }).nullable(),
  /** The newest first. */
  remediations: z.array(RemediationView),
});
export type OfFinding = z.infer<typeof OfFinding>;

export const PolicyView = z.object({
  rule: Rule,
  /** 0: nothing was saved, and `review` applies. */
  version: z.number(),
  spec: PolicySpec,
  reason: z.string().nullable(),
  savedByName: z.string().nullable(),
  savedAt: z.date().nullable(),
});
export type PolicyView = z.infer<typeof PolicyView>;
/** One for each rule, in the order of `DRIFT_RULES`. */
export const Policies = z.object({
  asOf: z.date(),
  /** Only the Sovereign saves them; elsewhere they are shown as they apply. */
  isSovereign: z.boolean(),
  policies: z.array(PolicyView),
});
export type Policies = z.infer<typeof Policies>;

export const BreakerView = z.object({
  breakerId: z.uuid(),
  cluster: z.string(),
  object: ObjectView,
  rule: Rule,
  /** How many remediations came back within the window. */
  count: z.number(),
  windowSeconds: z.number(),
  openedAt: z.date(),
  eventId: z.uuid(),
  resetAt: z.date().nullable(),
  resetByName: z.string().nullable(),
  resetReason: z.string().nullable(),
});
/** Open ones first, then the newest. */
export const Breakers = z.object({ asOf: z.date(), breakers: z.array(BreakerView) });
export type Breakers = z.infer<typeof Breakers>;
