import "server-only";
import type { Caller } from "#server/platform/actor.ts";
import { runVerb } from "#server/platform/verb.ts";
import { freshApprovers } from "./fresh-approvers.ts";
import type { ClaimOutcome } from "./schema.ts";
import { claimDeployment } from "./verbs/claim-deployment.ts";

/**
 * Claims a deployment for a pipeline: the approvers' roles are read again, then everything is decided
 * in one transaction. The key of a claim is kept by the request itself, since fresh roles may differ
 * between two tries of one claim.
 */
export async function claim(
  { idempotencyKey, ...caller }: Caller,
  input: { deploymentId: string; subjectDigest: string },
): Promise<ClaimOutcome> {
  const approvers = await freshApprovers(caller, input.deploymentId);
  return runVerb(claimDeployment, caller, {
    deploymentId: input.deploymentId,
    subjectDigest: input.subjectDigest,
    claimKey: idempotencyKey ?? null,
    approvers,
  });
}
