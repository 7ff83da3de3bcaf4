import { z } from "zod";
import { ENVIRONMENTS } from "#server/engines/deployments/environment-policy.ts";
import { DRIFT_REASONS, DRIFT_RULES, SEVERITIES } from "#server/engines/drift/finding.ts";
import { entityId } from "#server/platform/entity-id.ts";

export const Environment = z.enum(ENVIRONMENTS);
export const Rule = z.enum(DRIFT_RULES);
export const Severity = z.enum(SEVERITIES);
export const Reason = z.enum(DRIFT_REASONS);

/** As stored. That a finding is suppressed is told by the database's clock, not by a state. */
export const STORED_STATES = ["open", "acknowledged", "remediating", "resolved"] as const;
/** As shown. */
export const FINDING_STATES = [...STORED_STATES, "suppressed"] as const;
export type FindingState = (typeof FINDING_STATES)[number];
export const FindingState = z.enum(FINDING_STATES);

/** SHA-256 of what findings of one cause have in common, 16 bytes in hex. */
export const GroupId = z.string().regex(/^[0-9a-f]{32}$/, "must be the id of a group");
export const FindingId = z.object({ findingId: entityId("drift finding") });

const why = z.string().trim().min(3, "say why, in at least 3 characters").max(2_000);

/** Some findings, or all of a group that are not resolved. */
const target = {
  findingIds: z.array(entityId("drift finding")).max(500).default([]),
  groupId: GroupId.optional(),
};
export const AcknowledgeInput = z.object({ ...target, reason: z.string().trim().max(2_000) });
export const SuppressInput = z.object({
  ...target,
  reason: why,
  /** From now on, by the database's clock. */
  forSeconds: z.number().int().min(60).max(31_622_400),
});
export const ReopenInput = z.object({ ...target, reason: z.string().trim().max(2_000) });
export const FindingsMoved = z.object({
  /** How many changed; those that were so already are not counted. */
  count: z.number(),
});

export const IGNORE_KINDS = ["json-pointer", "jq-path", "manager"] as const;
export const IgnoreKind = z.enum(IGNORE_KINDS);
const scope = z.string().trim().min(1).max(253).nullable();
/** What is not told of: fields by path, or whatever one field manager wrote. */
export const IgnoreRuleSpec = z
  .object({
    kind: IgnoreKind,
    /** A JSON pointer (RFC 6901), a path of jq, or the name of a field manager. */
    expression: z.string().trim().min(1, "must not be empty").max(500),
    /** Null: any. `*` stands for any run of characters in names. Group `""` is the core group. */
    apiGroup: z.string().trim().max(253).nullable(),
    objectKind: scope,
    namespace: scope,
    name: scope,
    /** Each look tells what it would hide of what is there then; it hides nothing. */
    isTrial: z.boolean().optional(),
  })
  .strict();
export type IgnoreRuleSpec = z.infer<typeof IgnoreRuleSpec>;

export const SaveIgnoreRuleInput = z.object({
  /** Left out for a new one. */
  ruleId: entityId("drift ignore rule").optional(),
  /** The version that the change was made from; 0 for a new rule. */
  basedOn: z.number().int().min(0),
  spec: IgnoreRuleSpec,
  /** The person or team that answers for it. */
  owner: z.string().trim().min(2, "say who answers for it").max(200),
  reason: why,
  forSeconds: z.number().int().min(60).max(31_622_400),
});
export const IgnoreRuleSaved = z.object({ ruleId: z.uuid(), version: z.number() });
export const RetireIgnoreRuleInput = z.object({
  ruleId: entityId("drift ignore rule"),
  reason: why,
});
export const IgnoreRuleRetired = z.object({ outcome: z.enum(["retired", "unchanged"]) });

/** A value of a difference as stored: cut when it is long, masked when it is a secret. */
export const Difference = z.object({
  path: z.string().max(2_000),
  kind: z.enum(["changed", "missing", "extra"]),
  desired: z.json().optional(),
  live: z.json().optional(),
  manager: z.string().max(200).optional(),
});
export type Difference = z.infer<typeof Difference>;

/** What the signature of a revision comes to (ADR 35); `signer` as the file of allowed signers names them. */
const RevisionSignature = z.object({
  state: z.enum(["none", "unchecked", "verified", "rejected"]),
  signer: z.string().max(300).nullable(),
  why: z.string().max(60).nullable(),
});

export const SourceState = z.object({
  kind: z.enum(["cluster", "desired", "isolation"]),
  cluster: z.string().max(200),
  name: z.string().max(300),
  digest: z.string().max(200).nullable(),
  /** The commit, or the stack's own. */
  revision: z.string().max(200).nullable(),
  /** Left out where revisions have none: folders, stacks, clusters. */
  signature: RevisionSignature.optional(),
  takenAt: z.coerce.date().nullable(),
  /** Why it can't be read; null when it was. */
  reason: z.string().max(500).nullable(),
  /** Files and kinds of it that could not be read. */
  problems: z.number().int().min(0),
  /** The first of them, in words. */
  firstProblems: z.array(z.string().max(500)).max(10),
});
export type SourceState = z.infer<typeof SourceState>;
export const KnownSource = SourceState.extend({ awaySince: z.coerce.date().nullable() });
export type KnownSource = z.infer<typeof KnownSource>;
