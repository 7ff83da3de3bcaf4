"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Timeline, type TimelineStep } from "#components/ui/timeline.tsx";
import type { DeploymentDetail } from "#server/features/deployments/schema.ts";

const ACTS = [
  "requested",
  "revised",
  "checking",
  "checked",
  "reviewed",
  "approved",
  "rejected",
  "withdrawn",
  "expired",
  "superseded",
  "claimed",
  "succeeded",
  "failed",
  "rolled-back",
  "attached",
  "unreported",
] as const;
const FAILED = new Set(["failed", "rolled_back", "rejected"]);

/** Everything that happened to a request, by whom, oldest first. */
export function CaseTimeline({ detail }: { detail: DeploymentDetail }) {
  const t = useTranslations("deployments");
  const steps = detail.history.map((entry): TimelineStep => {
    const act = ACTS.find((each) => each === entry.act) ?? "reviewed";
    return {
      key: String(entry.entryNo),
      title: t(`act.${act}`),
      detail: (
        <>
          <ClockTime at={entry.at} /> {t("case.by", { name: entry.actor })}
          {entry.note ? <span className="block break-words">{entry.note}</span> : null}
        </>
      ),
      stage: FAILED.has(entry.stateTo) ? "failed" : "done",
      stageLabel: t(`state.${entry.stateTo}`),
    };
  });
  return <Timeline label={t("case.timeline")} steps={steps} />;
}
