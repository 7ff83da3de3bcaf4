import type { EnvironmentPolicySpec } from "./environment-schema.ts";

/** How long a pipeline may take to say how a claimed deployment went, unless the policy says. */
export const REPORT_WITHIN_SECONDS = 3_600;

export function reportWithinSeconds({
  reportWithinSeconds: asked,
}: Pick<EnvironmentPolicySpec, "reportWithinSeconds">): number {
  return asked ?? REPORT_WITHIN_SECONDS;
}
