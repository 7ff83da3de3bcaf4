"use client";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { SummaryStrip } from "#components/ui/summary-strip.tsx";
import { withParams } from "#components/url/url-text.ts";
import { useUrlState } from "#components/url/use-url-state.ts";

/** What the strip counts, over all credentials of the tenant. */
export interface RotationCounts {
  leaked: number;
  orphaned: number;
  missing: number;
  overdue: number;
  awaitingApproval: number;
  dueSoon: number;
  inGrace: number;
  failed: number;
  unmanaged: number;
}

/** The rare ones stand there only when there are any. */
const FIGURES = [
  { status: "leaked", count: "leaked", tone: "danger", isRare: true },
  { status: "orphaned", count: "orphaned", tone: "danger", isRare: true },
  { status: "missing", count: "missing", tone: "danger", isRare: true },
  { status: "failed", count: "failed", tone: "danger" },
  { status: "overdue", count: "overdue", tone: "danger" },
  { status: "awaiting-approval", count: "awaitingApproval", tone: "due" },
  { status: "due-soon", count: "dueSoon", tone: "due" },
  { status: "in-grace", count: "inGrace", tone: "info" },
  { status: "unmanaged", count: "unmanaged", tone: "unknown" },
] as const;

/** How many credentials need what; each number leads to its rows, a second press to all. */
export function RotationStrip({ counts }: { counts: RotationCounts }) {
  const t = useTranslations("rotations");
  const pathname = usePathname();
  const { params } = useUrlState();
  const chosen = params.get("state");
  const shown = FIGURES.filter(
    (figure) => !("isRare" in figure) || counts[figure.count] > 0 || chosen === figure.status,
  );
  return (
    <SummaryStrip
      label={t("strip")}
      figures={shown.map(({ status, count, tone }) => ({
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
