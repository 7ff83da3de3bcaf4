import { isOpen } from "../rotation/change-window.ts";
import type { EnvironmentPolicy } from "./environment-policy.ts";
import { isTrusted } from "./image-reference.ts";

/** What is known of where the images come from. Unknown never passes where something is demanded. */
export type ProvenanceVerdict = "unknown" | "verified" | "failed";

export interface ExecutionInput {
  /** The database's clock. */
  readonly now: Date;
  readonly expiresAt: Date;
  /** When the current revision was made. */
  readonly revisedAt: Date;
  /** The version that the current revision names, and the one in force. */
  readonly policyVersion: number;
  readonly currentVersion: number;
  /** The policy in force. */
  readonly policy: EnvironmentPolicy;
  readonly frozenFrom: Date | null;
  /** Null while frozen: until it is lifted. */
  readonly frozenUntil: Date | null;
  readonly repositories: readonly string[];
  readonly provenance: ProvenanceVerdict;
  /** Whether the reports about every image pass the policy's gate, where it has one. */
  readonly isGateMet: boolean;
  /** Whether the change was merged with the approvals that the policy asks for. */
  readonly isMergeApproved: boolean;
  /** Whether an elevation is live for whoever deploys; `unknown` is no. */
  readonly elevation: "live" | "none" | "unknown";
  /** The digest made again from the rows, against the one that the approvals name. */
  readonly isSubjectCurrent: boolean;
  readonly missingApprovals: number;
  readonly isRejected: boolean;
}

/** The facts that the Cedar action ExecuteDeployment is judged by, one for each blocker. */
export interface ExecutionFacts {
  readonly isExpired: boolean;
  readonly isFrozen: boolean;
  readonly isInWindow: boolean;
  readonly isWaitingOver: boolean;
  readonly isPolicyCurrent: boolean;
  readonly isSubjectCurrent: boolean;
  readonly areRegistriesTrusted: boolean;
  readonly isProvenanceMet: boolean;
  readonly isGateMet: boolean;
  readonly isMergeApproved: boolean;
  readonly isElevationMet: boolean;
  readonly isRejected: boolean;
  readonly missingApprovals: number;
}

export function executionFacts(input: ExecutionInput): ExecutionFacts {
  const { now, policy } = input;
  return {
    isExpired: now >= input.expiresAt,
    isFrozen: isFrozen(input, now),
    isInWindow: isOpen(policy.windows, now),
    isWaitingOver: now >= waitsUntil(input),
    isPolicyCurrent: input.policyVersion === input.currentVersion,
    isSubjectCurrent: input.isSubjectCurrent,
    areRegistriesTrusted: input.repositories.every((each) =>
      isTrusted(each, policy.trustedRegistries),
    ),
    isProvenanceMet: isProvenanceMet(policy, input.provenance),
    isGateMet: input.isGateMet,
    isMergeApproved: input.isMergeApproved,
    isElevationMet: !policy.requiresElevation || input.elevation === "live",
    isRejected: input.isRejected,
    missingApprovals: input.missingApprovals,
  };
}

export function isProvenanceMet(
  { provenance }: Pick<EnvironmentPolicy, "provenance">,
  verdict: ProvenanceVerdict,
): boolean {
  return provenance === "none" || verdict === "verified";
}

export function isFrozen(
  { frozenFrom, frozenUntil }: Pick<ExecutionInput, "frozenFrom" | "frozenUntil">,
  now: Date,
): boolean {
  return frozenFrom !== null && frozenFrom <= now && (frozenUntil === null || now < frozenUntil);
}

export function waitsUntil({
  revisedAt,
  policy,
}: Pick<ExecutionInput, "revisedAt" | "policy">): Date {
  return new Date(revisedAt.getTime() + policy.waitingSeconds * 1_000);
}
