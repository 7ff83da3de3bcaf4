"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { FieldDifferences } from "#components/diff-viewer/field-differences.tsx";
import { Time } from "#components/time/time.tsx";
import { Section } from "#components/ui/section.tsx";
import { Timeline, type TimelineStep } from "#components/ui/timeline.tsx";
import type { ChangeView, FindingDetail } from "#server/features/drift/views.ts";

const STAGE: Partial<Record<ChangeView["kind"], TimelineStep["stage"]>> = {
  found: "failed",
  changed: "failed",
  reopened: "failed",
  resolved: "done",
};

interface FindingHistoryProps {
  tenantId: string;
  finding: FindingDetail;
}

/** Everything that became of it, the newest first, also from before it came back. */
export function FindingHistory({ tenantId, finding }: FindingHistoryProps) {
  const t = useTranslations("drift");
  return (
    <Section title={t("finding.history")}>
      <Timeline
        label={t("finding.history")}
        steps={finding.history.map((change) => ({
          key: change.changeId,
          title: t(`change.${change.kind}`),
          stage: STAGE[change.kind] ?? "current",
          stageLabel: t("change.stage", { state: t(`state.${change.state}`) }),
          detail: <ChangeDetail change={change} />,
        }))}
      />
      <Link
        className="inline-flex min-h-6 items-center text-accent text-sm underline"
        href={`/t/${tenantId}/audit?q=${encodeURIComponent(`subject:drift-finding/${finding.findingId}`)}`}
      >
        {t("finding.inLog")}
      </Link>
    </Section>
  );
}

function ChangeDetail({ change }: { change: ChangeView }) {
  const t = useTranslations("drift");
  const { at, byName, until, note, differences } = change;
  return (
    <>
      <p className="flex flex-wrap gap-x-2">
        <Time at={at} />
        {byName ? <span>{t("change.by", { name: `\u2068${byName}\u2069` })}</span> : null}
        <span>{t("change.severity", { severity: t(`severity.${change.severity}`) })}</span>
        {until ? (
          <span>{t.rich("change.until", { time: () => <Time key="until" at={until} /> })}</span>
        ) : null}
      </p>
      {note ? <p className="break-words text-text">{note}</p> : null}
      {differences.length > 0 ? (
        <details>
          <summary className="min-h-6 text-accent">{t("change.differed")}</summary>
          <div className="@container mt-1 overflow-hidden rounded-md border border-line bg-raised">
            <FieldDifferences differences={differences} isInline />
          </div>
        </details>
      ) : null}
    </>
  );
}
