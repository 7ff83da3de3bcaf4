import type { Tone } from "#components/ui/status.tsx";
import type { CellState } from "#server/engines/isolation/fact.ts";

export const CELL_TONE: Record<CellState, Tone> = {
  verified: "ok",
  violated: "danger",
  unknown: "unknown",
};
