"use client";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { FilteredEmptyState } from "#components/ui/filtered-empty-state.tsx";
import type { Summary } from "#server/features/drift/views.ts";

interface DriftEmptyProps {
  summary: Summary;
  isFiltered: boolean;
  onClear: () => void;
}

/** No finding: because none fits, because nobody looked yet, or because nothing drifted. */
export function DriftEmpty({ summary, isFiltered, onClear }: DriftEmptyProps) {
  const t = useTranslations("drift");
  const { lookedAt } = summary;
  const isAway = summary.sources.some(({ reason }) => reason !== null);
  if (!lookedAt) return <EmptyState title={t("neverTitle")}>{t("neverBody")}</EmptyState>;
  if (isFiltered) return <FilteredEmptyState onClear={onClear} />;
  return (
    <EmptyState title={t("emptyTitle")}>
      {t.rich("emptyBody", { time: () => <Time key="at" at={lookedAt} /> })}
      {isAway ? ` ${t("emptyAway")}` : null}
    </EmptyState>
  );
}
