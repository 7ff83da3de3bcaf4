"use client";
import { useTranslations } from "next-intl";
import type { SinkView } from "#server/features/delivery/schema.ts";
import { roughDuration } from "./sink-standing.ts";

/** How many events a sink is behind by, and how old the oldest of them is. */
export function LagText({ sink }: { sink: Pick<SinkView, "lagEvents" | "lagSeconds"> }) {
  const t = useTranslations("delivery");
  const events = Number(sink.lagEvents);
  if (events === 0) return <span className="text-muted">{t("lag.none")}</span>;
  const { unit, count } = roughDuration(sink.lagSeconds);
  return (
    <span>
      {t("lag.events", { count: events })}
      <span className="font-normal text-muted">
        {` · ${t("lag.since", { duration: t(`duration.${unit}`, { count }) })}`}
      </span>
    </span>
  );
}
