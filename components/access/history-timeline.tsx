"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { Timeline } from "#components/ui/timeline.tsx";
import type { ApprovalDetail } from "#server/features/approvals/schema.ts";
import type { RequestDetail } from "#server/features/elevation/elevation-views.ts";

const ACTS = [
  "requested",
  "renewed",
  "rejected",
  "withdrawn",
  "request-expired",
  "refused",
  "granted",
  "extended",
  "given-back",
  "revoked",
  "expired",
  "activation-refused",
  "projected",
  "projection-gone",
  "projection-failed",
] as const;
const FAILED: ReadonlySet<string> = new Set([
  "rejected",
  "refused",
  "revoked",
  "activation-refused",
  "projection-failed",
  "reject",
]);

interface HistoryTimelineProps {
  entries: RequestDetail["timeline"];
  reviews?: ApprovalDetail["reviews"];
}

/** What happened, in the order of time: the entries that nobody can take back, and the reviews. */
export function HistoryTimeline({ entries, reviews = [] }: HistoryTimelineProps) {
  const t = useTranslations("access.timeline");
  const steps = [
    ...entries.map(({ entryId, act, actor, note, at }) => ({
      key: entryId,
      act,
      title: t(ACTS.find((each) => each === act) ?? "other"),
      who: actor,
      note,
      at,
    })),
    ...reviews.map(({ reviewId, decision, reviewer, comment, createdAt }) => ({
      key: reviewId,
      act: decision as string,
      title: t(decision, { name: reviewer.name }),
      who: "",
      note: comment,
      at: createdAt,
    })),
  ].sort((a, b) => new Date(a.at).getTime() - new Date(b.at).getTime());
  return (
    <Section title={t("title")}>
      <Timeline
        label={t("title")}
        steps={steps.map(({ key, act, title, who, note, at }) => ({
          key,
          title,
          stage: FAILED.has(act) ? ("failed" as const) : ("done" as const),
          stageLabel: t(FAILED.has(act) ? "failed" : "done"),
          detail: (
            <>
              <ClockTime at={at} /> {who}
              {note ? <p className="break-words">{note}</p> : null}
            </>
          ),
        }))}
      />
    </Section>
  );
}
