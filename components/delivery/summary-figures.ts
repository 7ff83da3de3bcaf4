import type { useTranslations } from "next-intl";
import type { SummaryFigure } from "#components/ui/summary-strip.tsx";
import type { SinkView } from "#server/features/delivery/schema.ts";

type Words = ReturnType<typeof useTranslations<"delivery">>;

/** How many sinks, how far the farthest is behind, how many are down, and what was set aside. */
export function summaryFigures(
  sinks: readonly SinkView[],
  page: string,
  t: Words,
): SummaryFigure[] {
  const farthest = sinks.reduce((most, { lagEvents }) => Math.max(most, Number(lagEvents)), 0);
  const isLagging = sinks.some(({ laggingSince }) => laggingSince !== null);
  const down = sinks.filter(
    ({ state, live }) => state === "active" && live.circuit === "open",
  ).length;
  const letters = sinks.reduce((sum, { deadLetters }) => sum + deadLetters, 0);
  return [
    { key: "sinks", label: t("strip.sinks"), count: sinks.length, href: page },
    {
      key: "behind",
      label: t("strip.behind"),
      count: farthest,
      href: `${page}?sort=-lag`,
      ...(isLagging ? { tone: "due" as const } : {}),
    },
    { key: "down", label: t("strip.down"), count: down, href: page, tone: "danger" },
    {
      key: "letters",
      label: t("strip.letters"),
      count: letters,
      href: `${page}?tab=letters`,
      tone: "due",
    },
  ];
}
