import { z } from "zod";
import { entityId } from "#server/platform/entity-id.ts";
import {
  Difference,
  Environment,
  FINDING_STATES,
  FindingState,
  GroupId,
  IgnoreRuleSpec,
  KnownSource,
  Reason,
  Rule,
  Severity,
} from "./schema.ts";

/** Without states: everything that is not resolved, suppressed ones included. */
export const FindingFilter = z.object({
  severities: z.array(Severity).max(4).optional(),
  states: z.array(FindingState).max(FINDING_STATES.length).optional(),
  rules: z.array(Rule).max(20).optional(),
  clusters: z.array(z.string().max(200)).max(50).optional(),
  environments: z.array(Environment).max(4).optional(),
  groupId: GroupId.optional(),
  /** In the object, the path, the manager or the image. */
  text: z.string().trim().max(200).optional(),
});
export type FindingFilter = z.infer<typeof FindingFilter>;

const page = {
  cursor: z.string().max(400).optional(),
  limit: z.number().int().min(1).max(200).default(50),
};
export const GroupsInput = FindingFilter.extend(page);
export type GroupsInput = z.output<typeof GroupsInput>;
export const FindingsInput = FindingFilter.extend(page);
export type FindingsInput = z.output<typeof FindingsInput>;
export const FindingInput = z.object({ findingId: entityId("drift finding") });

export const DriftObjectView = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().nullable(),
  name: z.string(),
});

/** Who did it, as far as the cluster and the console's own records tell. */
export const Cause = z.object({
  /** Field managers. */
  managers: z.array(z.string()),
  /** Set when it was the console, with the event that tells. */
  ours: z
    .object({
      kind: z.enum(["deployment", "remediation", "projection"]),
      eventId: z.string().nullable(),
      /** The name of what did it: a service, a field manager. */
      what: z.string(),
    })
    .nullable(),
});
export type Cause = z.infer<typeof Cause>;

export const FindingView = z.object({
  findingId: z.uuid(),
  groupId: z.string(),
  rule: Rule,
  severity: Severity,
  state: FindingState,
  object: DriftObjectView,
  cluster: z.string(),
  environment: Environment.nullable(),
  cause: Cause,
  reason: Reason,
  params: z.record(z.string(), z.string()),
  /** How many fields differ. */
  differenceCount: z.number(),
  /** The first paths of them. */
  paths: z.array(z.string()),
  firstSeenAt: z.date(),
  lastSeenAt: z.date(),
  resolvedAt: z.date().nullable(),
  reopenedCount: z.number(),
  suppressedUntil: z.date().nullable(),
  /** The source of it is away: nobody can tell whether it still is so. Since when. */
  unknownSince: z.date().nullable(),
});
export type FindingView = z.infer<typeof FindingView>;

export const FindingPage = z.object({
  asOf: z.date(),
  items: z.array(FindingView),
  nextCursor: z.string().nullable(),
});
export type FindingPage = z.infer<typeof FindingPage>;

export const GroupView = z.object({
  groupId: z.string(),
  rule: Rule,
  /** Of the worst of them. */
  severity: Severity,
  objectKind: z.string(),
  cause: Cause,
  reason: Reason,
  params: z.record(z.string(), z.string()),
  paths: z.array(z.string()),
  count: z.number(),
  /** By state as shown. */
  states: z.record(z.string(), z.number()),
  namespaces: z.number(),
  clusters: z.array(z.string()),
  environments: z.array(Environment),
  firstSeenAt: z.date(),
  lastSeenAt: z.date(),
  /** One of them: the only one, when the count is 1. */
  example: z.object({ findingId: z.uuid(), object: DriftObjectView, cluster: z.string() }),
});
export type GroupView = z.infer<typeof GroupView>;

export const GroupPage = z.object({
  asOf: z.date(),
  items: z.array(GroupView),
  /** Of all pages. */
  groups: z.number(),
  findings: z.number(),
  nextCursor: z.string().nullable(),
});
export type GroupPage = z.infer<typeof GroupPage>;

export const ChangeView = z.object({
  changeId: z.uuid(),
  kind: z.enum([
    "found",
    "changed",
    "acknowledged",
    "suppressed",
    "unsuppressed",
    "remediating",
    "released",
    "resolved",
    "reopened",
  ]),
  stateBefore: FindingState.nullable(),
  state: FindingState,
  severity: Severity,
  /** As it was found then; empty for what people did. */
  differences: z.array(Difference),
  note: z.string(),
  byName: z.string().nullable(),
  until: z.date().nullable(),
  eventId: z.string().nullable(),
  at: z.date(),
});
export type ChangeView = z.infer<typeof ChangeView>;

export const FindingDetail = FindingView.extend({
  asOf: z.date(),
  /** Values of Secrets are masked on both sides; names of tenants that the reader may not know are hidden. */
  differences: z.array(Difference),
  suppressReason: z.string().nullable(),
  suppressedByName: z.string().nullable(),
  acknowledgedByName: z.string().nullable(),
  acknowledgedAt: z.date().nullable(),
  /** The event that told of it first. */
  eventId: z.string().nullable(),
  /** The newest first. */
  history: z.array(ChangeView),
  sources: z.array(KnownSource),
});
export type FindingDetail = z.infer<typeof FindingDetail>;

const bySeverity = z.object({
  critical: z.number(),
  high: z.number(),
  medium: z.number(),
  low: z.number(),
});

/** The strip above the list, and what there is to filter by. */
export const Summary = z.object({
  asOf: z.date(),
  /** Neither resolved nor suppressed. */
  open: bySeverity,
  byState: z.record(z.string(), z.number()),
  resolvedLastDay: z.number(),
  oldestCriticalAt: z.date().nullable(),
  rules: z.array(z.object({ rule: Rule, count: z.number() })),
  clusters: z.array(z.string()),
  /** When the last look ended; null: there was none yet. */
  lookedAt: z.date().nullable(),
  sources: z.array(KnownSource),
  ignored: z.object({ rules: z.number(), objects: z.number() }),
});
export type Summary = z.infer<typeof Summary>;

export const Overview = z.object({
  asOf: z.date(),
  rows: z.array(
    z.object({
      tenant: z.string(),
      displayName: z.string(),
      isSovereign: z.boolean(),
      open: bySeverity,
      suppressed: z.number(),
      environments: z.array(Environment),
      oldestCriticalAt: z.date().nullable(),
      lookedAt: z.date().nullable(),
      /** Sources that are away: the numbers are those of the last time they were not. */
      away: z.array(z.string()),
    }),
  ),
});
export type Overview = z.infer<typeof Overview>;

export const IgnoreRuleState = z.enum(["in-force", "trial", "expired", "retired"]);
export const IgnoreRuleView = z.object({
  ruleId: z.uuid(),
  version: z.number(),
  state: IgnoreRuleState,
  spec: IgnoreRuleSpec,
  owner: z.string(),
  reason: z.string(),
  savedByName: z.string(),
  savedAt: z.date(),
  expiresAt: z.date(),
  eventId: z.string(),
  /** What it hides now, or would as a trial: objects and differences, by the last look. An expired one hides nothing. */
  hides: z.object({ objects: z.number(), differences: z.number(), seenAt: z.date().nullable() }),
});
export type IgnoreRuleView = z.infer<typeof IgnoreRuleView>;
/** In force first, then expired, then retired; the newest first. */
export const IgnoreRules = z.object({ asOf: z.date(), rules: z.array(IgnoreRuleView) });
export type IgnoreRules = z.infer<typeof IgnoreRules>;

export const IgnoredInput = z.object({
  ruleId: entityId("drift ignore rule"),
  cursor: z.string().max(400).optional(),
  limit: z.number().int().min(1).max(200).default(50),
});
export const Ignored = z.object({
  asOf: z.date(),
  rule: IgnoreRuleView,
  /** The newest first. */
  versions: z.array(
    z.object({
      version: z.number(),
      spec: IgnoreRuleSpec,
      owner: z.string(),
      reason: z.string(),
      expiresAt: z.date(),
      savedByName: z.string(),
      savedAt: z.date(),
      eventId: z.string(),
    }),
  ),
  items: z.array(
    z.object({
      cluster: z.string(),
      environment: Environment.nullable(),
      object: DriftObjectView,
      differences: z.array(Difference),
      since: z.date(),
    }),
  ),
  nextCursor: z.string().nullable(),
});
export type Ignored = z.infer<typeof Ignored>;
