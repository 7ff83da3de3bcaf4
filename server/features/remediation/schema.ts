import { z } from "zod";
import { DRIFT_RULES, SEVERITIES } from "#server/engines/drift/finding.ts";
import {
  REMEDIATION_ACTIONS,
  REMEDIATION_REFUSALS,
} from "#server/engines/remediation/plan-remediation.ts";
import { REMEDIATION_STATES } from "#server/engines/remediation/state-machine.ts";
import { ConsumeApprovalInput } from "#server/features/approvals/index.ts";
import { entityId } from "#server/platform/entity-id.ts";

export const State = z.enum(REMEDIATION_STATES);
export const Action = z.enum(REMEDIATION_ACTIONS);
export const Rule = z.enum(DRIFT_RULES);
export const MODES = ["off", "review", "auto"] as const;
export const Mode = z.enum(MODES);
export type Mode = z.infer<typeof Mode>;

const why = z.string().trim().min(3, "say why, in at least 3 characters").max(2_000);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits");

export const RemediationId = z.object({ remediationId: entityId("remediation") });

export const ProposeInput = z.object({ findingId: entityId("drift finding"), reason: why });
export const WithdrawInput = RemediationId.extend({ reason: why });
export const RemediationOutcome = z.object({ remediationId: z.string(), state: State });

/** What the Sovereign lets happen to the findings of one rule. */
export const PolicySpec = z
  .object({
    mode: Mode,
    /** Kinds that `auto` may touch, as `kind` or `kind.group`; everything else is reviewed. */
    safeKinds: z
      .array(
        z
          .string()
          .regex(
            /^[A-Z][A-Za-z0-9]{0,100}(\.[a-z0-9.-]{1,150})?$/,
            "must be like ConfigMap or NetworkPolicy.networking.k8s.io",
          ),
      )
      .max(50),
    /** Automatic remediations of one cluster in any hour, all tenants together. */
    mostPerHour: z.number().int().min(0).max(1_000),
    /** This many remediations of one object within the window that come back open the breaker. */
    breakerCount: z.number().int().min(1).max(20),
    breakerWindowSeconds: z.number().int().min(60).max(2_678_400),
  })
  .strict()
  .refine(({ mode, safeKinds }) => mode !== "auto" || safeKinds.length > 0, {
    path: ["safeKinds"],
    error: "auto takes at least one safe kind",
  })
  .refine(
    ({ mode, safeKinds }) => mode !== "auto" || !safeKinds.some((k) => /^Secret($|\.)/.test(k)),
    {
      path: ["safeKinds"],
      error: "a Secret is never remedied",
    },
  );
export type PolicySpec = z.infer<typeof PolicySpec>;

export const SavePolicyInput = z.object({
  rule: Rule,
  /** The version that the change was made from; 0 before the first. */
  basedOn: z.number().int().min(0),
  spec: PolicySpec,
  reason: why,
});
export const PolicySaved = z.object({
  rule: Rule,
  version: z.number(),
  outcome: z.enum(["created", "changed", "unchanged"]),
});

export const ResetBreakerInput = z.object({
  breakerId: entityId("remediation breaker"),
  reason: why,
});
export const BreakerReset = z.object({ outcome: z.enum(["reset", "unchanged"]) });

// What the worker says and is told. Only the worker's caller has the scope of these verbs.

/** As a finding's difference: `live` before, `desired` after. Values of Secrets never come here. */
export const FieldChange = z.object({
  path: z.string().max(2_000),
  kind: z.enum(["changed", "missing", "extra"]),
  desired: z.json().optional(),
  live: z.json().optional(),
  manager: z.string().max(200).optional(),
});
export type FieldChange = z.infer<typeof FieldChange>;

const Trouble = z.string().min(1).max(500);
const held = { ...RemediationId.shape, fence: z.number().int() };
const leaseSeconds = z.number().int().min(1).max(3_600);

/** What the cluster and the desired source were seen to hold: SHA-256, null for absent. */
export const Seen = z.object({
  /** Of the object without status and book-keeping. */
  liveDigest: Sha256.nullable(),
  desiredDigest: Sha256.nullable(),
});
export type Seen = z.infer<typeof Seen>;

export const ClaimInput = RemediationId.extend({
  owner: z.string().min(1).max(200),
  leaseSeconds,
});
const Identity = z.object({ issuer: z.string(), subject: z.string() });
export const Claimed = z.object({
  /** Null: over, held by another, or not due. */
  claimed: z
    .object({
      remediationId: z.string(),
      fence: z.number(),
      state: State,
      resumeState: z.enum(["applying", "rolling_back"]).nullable(),
      rule: Rule,
      mode: z.enum(["review", "auto"]),
      action: Action.nullable(),
      cluster: z.string(),
      object: z.object({
        apiVersion: z.string(),
        kind: z.string(),
        namespace: z.string().nullable(),
        name: z.string(),
      }),
      overrides: z.array(z.string()),
      uid: z.string().nullable(),
      seen: Seen,
      /** Of the live object as our act left it. */
      afterDigest: Sha256.nullable(),
      /** The fields to go back to. */
      previous: z.json().nullable(),
      /** Whose roles are to be read again (law 10). */
      approvers: z.array(Identity),
    })
    .nullable(),
});
export type ClaimedRemediation = NonNullable<z.infer<typeof Claimed>["claimed"]>;

/** What a dry-run showed, before anybody approves it. */
export const DryRun = z.object({
  ...Seen.shape,
  action: Action,
  source: z.string().max(300),
  revision: z.string().max(200).nullable(),
  /** What applying changes of the live object, as shown. */
  changes: z.array(FieldChange).max(500),
  /** SHA-256 of all of the changes. */
  differenceDigest: Sha256,
  /** Managers whose fields it takes over. */
  overrides: z.array(z.string().max(200)).max(50),
  /** Of the live object, for a delete. */
  uid: z.string().max(100).nullable(),
  command: z.string().max(20_000),
});
export type DryRun = z.infer<typeof DryRun>;

export const RecordDryRunInput = z.object({
  ...held,
  result: z.discriminatedUnion("how", [
    z.object({ how: z.literal("planned"), plan: DryRun, canApply: z.boolean() }),
    z.object({
      how: z.literal("refused"),
      refusal: z.enum(REMEDIATION_REFUSALS),
      trouble: z.string().max(500),
    }),
    z.object({ how: z.literal("away"), trouble: Trouble }),
  ]),
});

const approvers = ConsumeApprovalInput.shape.approvers;
export const SettleInput = z.object({
  ...held,
  /** As read a moment ago; null when it could not be read now. */
  seen: Seen.nullable(),
});

/** It could not be begun: something that has to be read is away. */
export const RecordWaitingInput = z.object({ ...held, trouble: Trouble });

export const BeginApplyInput = z.object({
  ...held,
  leaseSeconds,
  seen: Seen,
  /** The approvers' roles as just read again (law 10). */
  approvers,
  /** The fields that are there now, to go back to; null for what will be made. */
  previous: z.json(),
  /** Of the live object: the act names it as its precondition. */
  resourceVersion: z.string().max(200).nullable(),
});
export const ApplyBegun = z.object({ state: State, mayApply: z.boolean() });

export const RecordApplyInput = z.object({
  ...held,
  result: z.discriminatedUnion("how", [
    z.object({ how: z.literal("applied"), afterDigest: Sha256.nullable() }),
    /** It is certain that nothing reached the cluster; it is tried again. */
    z.object({ how: z.literal("untouched"), trouble: Trouble }),
    z.object({ how: z.literal("changed-meanwhile"), trouble: Trouble }),
    z.object({ how: z.literal("refused"), trouble: Trouble }),
    z.object({ how: z.literal("unknown"), trouble: Trouble }),
  ]),
});

export const ResolveInput = z.object({
  ...held,
  truth: z.discriminatedUnion("is", [
    /** As it was before the act. */
    z.object({ is: z.literal("as-before") }),
    /** As desired, or as our act left it. */
    z.object({ is: z.literal("as-applied"), afterDigest: Sha256.nullable() }),
    z.object({ is: z.literal("changed-by-others"), trouble: Trouble }),
    z.object({ is: z.literal("away"), trouble: Trouble }),
  ]),
});

export const RecordVerdictInput = z.object({
  ...held,
  /** The object, as read again. */
  object: z.enum(["as-desired", "differs", "away"]),
  trouble: z.string().max(500),
});

export const RecordRollBackInput = z.object({
  ...held,
  result: z.discriminatedUnion("how", [
    z.object({ how: z.literal("restored") }),
    z.object({ how: z.literal("refused"), trouble: Trouble }),
    z.object({ how: z.literal("changed-meanwhile"), trouble: Trouble }),
    z.object({ how: z.literal("unknown"), trouble: Trouble }),
  ]),
});

export const Moved = z.object({ state: State });
export const ProposeAutomaticallyInput = z.object({ findingId: entityId("drift finding") });
export const ProposedAutomatically = z.object({
  outcome: z.enum(["proposed", "breaker-opened", "nothing"]),
});

export const WhyRolledBack = z.object({
  findings: z.array(z.object({ findingId: z.string(), rule: Rule, severity: z.enum(SEVERITIES) })),
  cells: z.array(z.object({ environment: z.string(), layer: z.string() })),
});
