/** The steps by which a tenant comes, in their order. Each can be done again without harm. */
export const ONBOARD_STEPS = [
  "tenant",
  "bindings",
  "log",
  "vault",
  "realm",
  "sign-in",
  "admin",
  "manifests",
  "open",
] as const;

/**
 * The steps by which a tenant goes. Nothing is written of it any more before it is exported, and its
 * keys are destroyed last of all that could fail.
 */
export const OFFBOARD_STEPS = [
  "stop",
  "close",
  "export",
  "vault-removal",
  "realm-removal",
  "keys",
  "closed",
] as const;

export type StepKind = (typeof ONBOARD_STEPS)[number] | (typeof OFFBOARD_STEPS)[number];

/** Tries that a step gets by itself, and how long each failure keeps it from the next: seconds. */
export const MOST_ATTEMPTS = 5;
const PAUSES = [2, 10, 60, 300];

export function pauseSeconds(attempt: number): number {
  return PAUSES[Math.min(Math.max(attempt, 1), PAUSES.length) - 1] ?? 300;
}
