import type { CheckState } from "./check.ts";

/**
 * The state of what several checks stand for: one failing fails it, else one unknown leaves it unknown
 * (law 7), else it is met where at least one is; nothing applicable, or no check at all, is neither.
 */
export function combineStates(states: readonly CheckState[]): CheckState {
  if (states.includes("failing")) return "failing";
  if (states.includes("unknown")) return "unknown";
  return states.includes("met") ? "met" : "not-applicable";
}
