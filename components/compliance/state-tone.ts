import type { Tone } from "#components/ui/status.tsx";
import type { CheckState } from "#server/engines/compliance/check.ts";

/** Unknown is never green (law 7). */
export const STATE_TONE: Record<CheckState, Tone> = {
  met: "ok",
  failing: "danger",
  unknown: "unknown",
  "not-applicable": "info",
};

/** The order in which states are looked at. */
export const STATES = ["failing", "unknown", "met", "not-applicable"] as const;
