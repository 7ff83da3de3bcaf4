"use client";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { type SummaryFigure, SummaryStrip } from "#components/ui/summary-strip.tsx";
import { withParams } from "#components/url/url-text.ts";
import { useUrlState } from "#components/url/use-url-state.ts";
import type { Summary } from "#server/features/drift/views.ts";

const BY_SEVERITY = ["critical", "high"] as const;
const BY_STATE = ["open", "acknowledged", "remediating", "suppressed"] as const;
const TONES = {
  critical: "danger",
  high: "danger",
  open: "due",
  acknowledged: "due",
  remediating: "info",
  suppressed: "unknown",
} as const;

interface DriftStripProps {
  summary: Summary;
  /** Beside an open finding. */
  isCompact: boolean;
}

/** What needs somebody; each number leads to its rows, a second press to all of them. */
export function DriftStrip({ summary, isCompact }: DriftStripProps) {
  const t = useTranslations("drift.strip");
  const pathname = usePathname();
  const { params } = useUrlState();
  const isKnown = summary.lookedAt !== null;
  const figure = (
    param: "severity" | "state",
    name: keyof typeof TONES,
    count: number,
  ): SummaryFigure => {
    const isChosen = params.get(param) === name;
    const other = param === "severity" ? "state" : "severity";
    return {
      key: name,
      label: t(name),
      count: isKnown ? count : null,
      tone: isKnown ? TONES[name] : ("unknown" as const),
      isChosen,
      href: withParams(pathname, params.toString(), {
        [param]: isChosen ? null : name,
        [other]: null,
        finding: null,
        group: null,
      }),
    };
  };
  const away = summary.sources.filter(({ reason }) => reason !== null).length;
  return (
    <SummaryStrip
      label={t("label")}
      isCompact={isCompact}
      figures={[
        ...BY_SEVERITY.map((name) => figure("severity", name, summary.open[name])),
        ...BY_STATE.map((name) => figure("state", name, summary.byState[name] ?? 0)),
        {
          key: "away",
          label: t("away"),
          count: isKnown ? away : null,
          tone: "unknown" as const,
          href: "#sources",
        },
      ]}
    />
  );
}
