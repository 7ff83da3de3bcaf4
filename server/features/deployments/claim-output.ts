import "server-only";
import { type ImageReference, imageText } from "#server/engines/deployments/image-reference.ts";
import { outcomeOf } from "./deployment-outcome.ts";
import type { DeploymentRow } from "./deployment-rows.ts";

/** What a pipeline that claimed a deployment is to carry out: this and nothing else. */
export function claimOutput(row: DeploymentRow, images: readonly ImageReference[]) {
  return {
    ...outcomeOf(row),
    outcome: "claimed" as const,
    environment: row.environment,
    service: row.service,
    images: images.map(imageText),
    configDigest: row.config_digest,
    claimedAt: row.claimed_at ?? row.now,
  };
}
