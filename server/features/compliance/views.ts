import { z } from "zod";
import { REASON_CODES } from "#server/engines/compliance/check.ts";
import { FRAMEWORK_IDS } from "#server/engines/compliance/frameworks/framework.ts";
import { THREAT_IDS } from "#server/engines/compliance/threats.ts";
import { CheckIdName, CheckStateName, Evidence } from "./schema.ts";

export const FrameworkName = z.enum(FRAMEWORK_IDS);

/** Why a state is what it is: a code with parameters, and what it was judged by. */
const why = {
  reason: z.enum(REASON_CODES),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  evidence: z.array(Evidence),
};

export const CheckView = z.object({
  checkId: CheckIdName,
  state: CheckStateName,
  ...why,
  /** SHA-256 in hex of state, reason, parameters and evidence, as RFC 8785 JSON. */
  digest: z.string().nullable(),
  since: z.date().nullable(),
});
export type CheckView = z.infer<typeof CheckView>;

const counts = z.object({
  met: z.number(),
  failing: z.number(),
  unknown: z.number(),
  "not-applicable": z.number(),
});

export const ControlView = z.object({
  id: z.string(),
  state: CheckStateName,
  checks: z.array(CheckIdName),
  failing: z.number(),
  unknown: z.number(),
  /** Since when none of its checks changed. */
  since: z.date().nullable(),
});
export type ControlView = z.infer<typeof ControlView>;

export const FrameworkView = z.object({
  id: FrameworkName,
  title: z.string(),
  counts,
  controls: z.array(ControlView),
});
export type FrameworkView = z.infer<typeof FrameworkView>;

export const ComplianceOverview = z.object({
  /** When the checks were judged last; null: never. */
  lookedAt: z.date().nullable(),
  asOf: z.date(),
  frameworks: z.array(FrameworkView),
  checks: z.array(CheckView),
});
export type ComplianceOverview = z.infer<typeof ComplianceOverview>;

export const HistoryInput = z.object({ checkIds: z.array(CheckIdName).min(1).max(20) });
export const HistoryEntry = z.object({
  changeId: z.string(),
  checkId: CheckIdName,
  before: CheckStateName.nullable(),
  state: CheckStateName,
  ...why,
  at: z.date(),
  eventId: z.string(),
});
export const History = z.object({ entries: z.array(HistoryEntry), isCut: z.boolean() });
export type History = z.infer<typeof History>;

export const ThreatView = z.object({
  id: z.enum(THREAT_IDS),
  state: CheckStateName,
  mitigations: z.array(
    z.object({
      key: z.string(),
      state: CheckStateName,
      checks: z.array(CheckIdName),
      heldBy: z.array(z.object({ kind: z.enum(["page", "adr", "test"]), ref: z.string() })),
    }),
  ),
});
export type ThreatView = z.infer<typeof ThreatView>;

export const Threats = z.object({
  lookedAt: z.date().nullable(),
  asOf: z.date(),
  threats: z.array(ThreatView),
  checks: z.array(CheckView),
});
export type Threats = z.infer<typeof Threats>;
