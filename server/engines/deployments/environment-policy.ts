import { coversRequirement } from "../quorum/requirement.ts";
import type { QuorumRequirement } from "../quorum/types.ts";
import { type ChangeWindow, isTimeZone, openings } from "../rotation/change-window.ts";
import type { SupplyChainDemand } from "../supply-chain/supply-chain-demand.ts";
import { isRegistry } from "./image-reference.ts";

export const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** How much must be known of where an image comes from. */
export const PROVENANCE_LEVELS = ["none", "signed", "slsa-2", "slsa-3"] as const;
export type ProvenanceLevel = (typeof PROVENANCE_LEVELS)[number];

/** What approving something takes besides the role: a second factor of any kind, or a security key. */
export const STEP_UP_LEVELS = ["none", "mfa", "security-key"] as const;
export type StepUpLevel = (typeof STEP_UP_LEVELS)[number];

/** What an environment demands before a deployment. */
export interface EnvironmentPolicy {
  /** Groups joined by AND, each with humans of its own. */
  readonly groups: QuorumRequirement;
  /** None: always. */
  readonly windows: readonly ChangeWindow[];
  /** Between the request (or its last change) and its execution. */
  readonly waitingSeconds: number;
  /** From the request on; after it, it has to be asked for again. */
  readonly expirySeconds: number;
  readonly requiresElevation: boolean;
  readonly provenance: ProvenanceLevel;
  /** Whom and what provenance is held against, and what is asked of reports. Absent: nothing. */
  readonly supplyChain?: SupplyChainDemand | undefined;
  /** How many people at the forge have to have approved the change that was merged. Absent: not asked. */
  readonly mergeApprovals?: number | undefined;
  /** Of those who approve a deployment or a rotation here. Absent: nothing. */
  readonly stepUp?: StepUpLevel | undefined;
  readonly trustedRegistries: readonly string[];
  /** A newer request for the same service takes the place of one that still waits. */
  readonly supersedesWaiting: boolean;
}

export type PolicyProblemCode =
  | "below-minimum"
  | "same-role-twice"
  | "no-registry"
  | "bad-registry"
  | "bad-time-zone"
  | "waits-longer-than-it-lives"
  | "no-window-in-time"
  | "no-signer"
  | "no-builder"
  | "same-key-twice";

export interface PolicyProblem {
  /** Dotted path of the field at fault. */
  readonly field: string;
  readonly code: PolicyProblemCode;
}

const HOUR_MILLIS = 3_600_000;
const WEEK_HOURS = 7 * 24;

/**
 * Why nobody could ever satisfy a policy, or what makes no sense in it; empty when it is sound.
 * `now` says which clock changes lie ahead.
 */
export function policyProblems(
  policy: EnvironmentPolicy,
  minimum: QuorumRequirement,
  now: Date,
): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const found = (field: string, code: PolicyProblemCode) => problems.push({ field, code });
  if (!coversRequirement(policy.groups, minimum)) found("groups", "below-minimum");
  const roles = policy.groups.map(({ role }) => role);
  if (new Set(roles).size < roles.length) found("groups", "same-role-twice");
  if (policy.trustedRegistries.length === 0) found("trustedRegistries", "no-registry");
  policy.trustedRegistries.forEach((registry, at) => {
    if (!isRegistry(registry)) found(`trustedRegistries.${at}`, "bad-registry");
  });
  policy.windows.forEach(({ timeZone }, at) => {
    if (!isTimeZone(timeZone)) found(`windows.${at}.timeZone`, "bad-time-zone");
  });
  if (policy.waitingSeconds >= policy.expirySeconds) {
    found("waitingSeconds", "waits-longer-than-it-lives");
  } else if (!problems.some(({ code }) => code === "bad-time-zone") && !everOpens(policy, now)) {
    found("windows", "no-window-in-time");
  }
  problems.push(...supplyChainProblems(policy));
  return problems;
}

/** Whether a request made at some hour of the coming week could be carried out in its time. */
function everOpens(policy: EnvironmentPolicy, now: Date): boolean {
  if (policy.windows.length === 0) return true;
  for (let hour = 0; hour < WEEK_HOURS; hour++) {
    const asked = now.getTime() + hour * HOUR_MILLIS;
    const from = new Date(asked + policy.waitingSeconds * 1_000);
    const until = new Date(asked + policy.expirySeconds * 1_000);
    if (openings(policy.windows, from, until).length > 0) return true;
  }
  return false;
}

/** Provenance that is demanded, and that nobody could give. */
function supplyChainProblems({ provenance, supplyChain }: EnvironmentPolicy): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const { signers = [], keys = [], builders = [] } = supplyChain ?? {};
  if (new Set(keys.map(({ name }) => name)).size < keys.length) {
    problems.push({ field: "supplyChain.keys", code: "same-key-twice" });
  }
  if (provenance !== "none" && signers.length + keys.length === 0) {
    problems.push({ field: "supplyChain.signers", code: "no-signer" });
  }
  const level = provenance === "slsa-3" ? 3 : 2;
  if (provenance.startsWith("slsa") && !builders.some((each) => each.level >= level)) {
    problems.push({ field: "supplyChain.builders", code: "no-builder" });
  }
  return problems;
}
