import type { Tone } from "#components/ui/status.tsx";
import type { UseView } from "#server/features/break-glass/schema.ts";

export type UseState = "live" | "due" | "justified" | "not-justified";

export const USE_TONES: Record<UseState, Tone> = {
  live: "danger",
  due: "due",
  justified: "ok",
  "not-justified": "danger",
};

/** Where a use stands: live, waiting for its review, or what the review said. */
export function stateOfUse({ endedAt, review }: Pick<UseView, "endedAt" | "review">): UseState {
  if (review !== "due") return review;
  return endedAt ? "due" : "live";
}
