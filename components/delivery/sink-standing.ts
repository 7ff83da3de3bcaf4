import type { Tone } from "#components/ui/status.tsx";
import type { SinkView } from "#server/features/delivery/schema.ts";

export type SinkStanding = "active" | "paused" | "removed" | "trouble" | "down" | "lagging";

const TONES: Record<SinkStanding, Tone> = {
  active: "ok",
  paused: "unknown",
  removed: "unknown",
  trouble: "due",
  down: "danger",
  lagging: "due",
};

/** How a sink stands in one word: what needs somebody goes before what goes well. */
export function sinkStanding(sink: Pick<SinkView, "state" | "live" | "laggingSince">): {
  standing: SinkStanding;
  tone: Tone;
} {
  const standing =
    sink.state !== "active"
      ? sink.state
      : sink.live.circuit === "open"
        ? "down"
        : sink.live.failures > 0
          ? "trouble"
          : sink.laggingSince
            ? "lagging"
            : "active";
  return { standing, tone: TONES[standing] };
}

/** Seconds in the largest unit of which there are two or more. */
export function roughDuration(seconds: number): {
  unit: "seconds" | "minutes" | "hours" | "days";
  count: number;
} {
  if (seconds < 120) return { unit: "seconds", count: Math.round(seconds) };
  if (seconds < 7_200) return { unit: "minutes", count: Math.round(seconds / 60) };
  if (seconds < 172_800) return { unit: "hours", count: Math.round(seconds / 3_600) };
  return { unit: "days", count: Math.round(seconds / 86_400) };
}
