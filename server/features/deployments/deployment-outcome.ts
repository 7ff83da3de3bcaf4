import "server-only";
import { isWaiting } from "#server/engines/deployments/state-machine.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { DeploymentRow } from "./deployment-rows.ts";

export function outcomeOf(row: DeploymentRow) {
  return {
    deploymentId: row.deployment_id,
    revision: row.revision,
    state: row.state,
    subjectDigest: row.subject_digest.toString("hex"),
  };
}

/** Throws `conflict` unless the request may still be decided, by the database's clock (law 8). */
export function assertWaiting(row: DeploymentRow): void {
  if (isWaiting(row.state) && !row.is_expired) return;
  const state = isWaiting(row.state) ? "expired" : row.state.replaceAll("_", " ");
  throw new AppError("conflict", `This request is ${state} already.`, {
    remedy: state === "expired" ? "Ask for the deployment again." : "Reload to see how it ended.",
    said: { key: `already.${isWaiting(row.state) ? "expired" : row.state}` },
  });
}
