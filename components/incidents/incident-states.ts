import type { IncidentView } from "#server/features/rotation/leaks/views.ts";

export const INCIDENT_STATES = [
  "open",
  "contained",
  "closed",
] as const satisfies readonly IncidentView["state"][];
export type IncidentState = (typeof INCIDENT_STATES)[number];

/** The colour of each state; its word stands beside it. */
export const INCIDENT_TONES = { open: "danger", contained: "due", closed: "ok" } as const;

/** The state that a URL names; null for any. */
export function incidentStateOf(text: string | undefined): IncidentState | null {
  return INCIDENT_STATES.find((name) => name === text) ?? null;
}
