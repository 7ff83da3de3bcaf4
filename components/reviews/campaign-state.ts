import type { Tone } from "#components/ui/status.tsx";

export const CAMPAIGN_TONES: Record<"open" | "overdue" | "closed", Tone> = {
  open: "info",
  overdue: "danger",
  closed: "ok",
};
