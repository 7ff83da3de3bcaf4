"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Time } from "#components/time/time.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Status } from "#components/ui/status.tsx";
import type { CampaignView } from "#server/features/access-reviews/schema.ts";
import { useReviewWords } from "./use-review-words.ts";

/** When and by whom it began, who answers until when, and what it was made from. */
export function CampaignFacts({ view }: { view: CampaignView }) {
  const t = useTranslations("reviews");
  const words = useReviewWords();
  const facts = [
    {
      name: t("one.begun"),
      value: (
        <>
          <ClockTime at={view.startedAt} /> {t("one.by", { name: view.startedByName })}
        </>
      ),
    },
    { name: t("one.reviewers"), value: <bdi dir="ltr">{view.reviewerRoles.join(", ")}</bdi> },
    {
      name: t(view.state === "overdue" ? "one.wasDue" : "one.due"),
      value: (
        <>
          <Time at={view.dueAt} /> · {t("one.reminders", { count: view.remindersSent })}
          {view.nextReminderAt ? (
            <>
              {" · "}
              {t("one.nextReminder")} <Time at={view.nextReminderAt} />
            </>
          ) : null}
        </>
      ),
    },
    ...(view.closedAt
      ? [
          {
            name: t("one.closed"),
            value: (
              <>
                <ClockTime at={view.closedAt} /> {t("one.by", { name: view.closedByName ?? "" })}
              </>
            ),
          },
        ]
      : []),
    ...(view.closeNote ? [{ name: t("one.note"), value: view.closeNote }] : []),
  ];
  return (
    <div className="flex flex-col gap-3 px-4 py-3">
      <ul className="flex flex-col gap-1 text-sm">
        {view.sources.map(({ issuer, readAt, failureCode }) => (
          <li key={issuer} className="flex flex-wrap items-baseline gap-x-2">
            <bdi dir="ltr" className="break-all font-mono">
              {issuer}
            </bdi>
            {readAt ? (
              <span className="text-muted">
                {t("one.sourceRead")} <ClockTime at={readAt} />
              </span>
            ) : (
              <span>
                <Status tone="unknown" look="plain">
                  {" "}
                </Status>
                {t(view.state === "closed" ? "one.sourceUnknownClosed" : "one.sourceUnknown", {
                  why: words.failure(failureCode),
                })}
              </span>
            )}
          </li>
        ))}
      </ul>
      <KeyValueList facts={facts} />
    </div>
  );
}
