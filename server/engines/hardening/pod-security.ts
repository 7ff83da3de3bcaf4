import { BASELINE_CHECKS } from "./baseline-checks.ts";
import { type HardeningOptions, hardenedViolations } from "./hardened-checks.ts";
import { type Fields, podView } from "./pod-fields.ts";
import { RESTRICTED_CHECKS } from "./restricted-checks.ts";
import type { Violation } from "./violation.ts";

export const LEVELS = ["baseline", "restricted", "hardened"] as const;
export type Level = (typeof LEVELS)[number];

/** What was found, or why it could not be told. */
export type PodSecurityVerdict =
  | { kind: "checked"; violations: Violation[] }
  | { kind: "not a workload" };

/**
 * Checks an object that runs pods against a level of the Pod Security Standards (v1.37; `hardened`
 * is ours). Every violation is named with its path, sorted.
 */
export function checkPodSecurity(
  object: Fields,
  level: Level,
  options: HardeningOptions = { trustedRegistries: [] },
): PodSecurityVerdict {
  const pod = podView(object);
  if (!pod) return { kind: "not a workload" };
  const checks =
    level === "baseline" ? BASELINE_CHECKS : [...BASELINE_CHECKS, ...RESTRICTED_CHECKS];
  const violations = checks.flatMap((check) => check(pod));
  if (level === "hardened") violations.push(...hardenedViolations(pod, options));
  const distinct = new Map(
    violations.map((each) => [`${each.path}\0${each.control}\0${each.message}`, each]),
  );
  return {
    kind: "checked",
    violations: [...distinct.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, each]) => each),
  };
}
