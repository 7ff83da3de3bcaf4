import type { LAG_REASONS, LAGS, Marker } from "./schema.ts";

export interface Lag {
  lag: (typeof LAGS)[number];
  reason: (typeof LAG_REASONS)[number];
  marker: Marker | null;
}

interface LagInput {
  role: "primary" | "read-only" | null;
  isReplicated: boolean;
  marker: Marker | "none" | "unreadable";
  /** The newest marker that the console knows to have written anywhere. */
  newestSequence: number;
  /** What was seen here before. */
  before: Marker | null;
  now: Date;
  maxLagSeconds: number;
}

/**
 * How old what a region holds may be: everything written until the marker that was seen there has
 * arrived. A marker that the console never wrote, or that went back, is a contradiction, not a lag.
 */
export function lagOf(input: LagInput): Lag {
  const { role, marker, newestSequence, before, now, maxLagSeconds } = input;
  const unknown = (reason: Lag["reason"]): Lag => ({ lag: "unknown", reason, marker: before });
  if (role === null) return { lag: "none", reason: "primary", marker: null };
  if (role === "primary") {
    if (typeof marker !== "object") return unknown("not-readable");
    return { lag: "none", reason: "primary", marker };
  }
  if (!input.isReplicated) return unknown("no-replication");
  if (marker === "unreadable") return unknown("not-readable");
  if (marker === "none") return before ? unknown("contradiction") : unknown("never-seen");
  const isImpossible =
    marker.sequence > newestSequence ||
    marker.writtenAt > now ||
    (before !== null && marker.sequence < before.sequence);
  if (isImpossible) return unknown("contradiction");
  const lagSeconds = (now.getTime() - marker.writtenAt.getTime()) / 1_000;
  return {
    lag: lagSeconds <= maxLagSeconds ? "within-limit" : "beyond-limit",
    reason: "seen",
    marker,
  };
}
