"use client";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { SummaryStrip } from "#components/ui/summary-strip.tsx";
import { withParams } from "#components/url/url-text.ts";
import { useUrlState } from "#components/url/use-url-state.ts";

/** What the strip counts, over all credentials of the tenant. */
export interface RotationCounts {
  overdue: number;
  dueSoon: number;
  inGrace: number;
  failed: number;
  unmanaged: number;
}

const FIGURES = [
  { status: "overdue", count: "overdue", tone: "danger" },
  { status: "due-soon", count: "dueSoon", tone: "due" },
  { status: "in-grace", count: "inGrace", tone: "info" },
  { status: "failed", count: "failed", tone: "danger" },
  { status: "unmanaged", count: "unmanaged", tone: "unknown" },
] as const;

/** How many credentials need what; each number leads to its rows, a second press to all. */
export function RotationStrip({ counts }: { counts: RotationCounts }) {
  const t = useTranslations("rotations");
  const pathname = usePathname();
  const { params } = useUrlState();
  const chosen = params.get("state");
  return (
    <SummaryStrip
      label={t("strip")}
      figures={FIGURES.map(({ status, count, tone }) => ({
        key: status,
        label: t(`status.${status}`),
        count: counts[count],
        tone,
        isChosen: chosen === status,
        href: withParams(pathname, params.toString(), {
          state: chosen === status ? null : status,
        }),
      }))}
    />
  );
}
