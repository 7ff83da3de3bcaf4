"use client";
import { useTranslations } from "next-intl";
import { Status } from "#components/ui/status.tsx";
import type { SinkView } from "#server/features/delivery/schema.ts";
import { sinkStanding } from "./sink-standing.ts";

interface SinkStateProps {
  sink: Pick<SinkView, "state" | "live" | "laggingSince">;
  look?: "badge" | "plain";
}

/** How a sink stands, with its icon and its word. */
export function SinkState({ sink, look = "plain" }: SinkStateProps) {
  const t = useTranslations("delivery.state");
  const { standing, tone } = sinkStanding(sink);
  return (
    <Status tone={tone} look={look}>
      {t(standing)}
    </Status>
  );
}
