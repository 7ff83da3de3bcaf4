"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { ApprovalDetail } from "#server/features/approvals/schema.ts";
import { useNotCounted } from "./use-not-counted.ts";

/** Whose approval it needs, and who has given or refused it. */
export function ApprovalReviews({ request }: { request: ApprovalDetail }) {
  const t = useTranslations("approvals.reviews");
  const why = useNotCounted();
  const { quorum, reviews } = request;
  return (
    <Section title={t("title")}>
      <ul className="flex flex-col gap-1 text-sm">
        {quorum.groups.map(({ role, count, filled }) => (
          <li key={role}>
            <Status tone={filled >= count ? "ok" : "unknown"} look="plain">
              {t("places", { role, filled, count })}
            </Status>
          </li>
        ))}
        {quorum.additional ? (
          <li>
            <Status tone="unknown" look="plain">
              {t("additional", { roles: quorum.additional.roles.join(", ") })}
            </Status>
          </li>
        ) : null}
      </ul>
      {reviews.length === 0 ? <p className="text-muted text-sm">{t("none")}</p> : null}
      <ul className="flex flex-col gap-2">
        {reviews.map((review) => (
          <li key={review.reviewId} className="border-line border-t pt-2 text-sm">
            <p className="flex flex-wrap items-center gap-2">
              <Status tone={review.decision === "approve" ? "ok" : "danger"}>
                {t(review.decision)}
              </Status>
              <bdi className="font-sans font-medium text-sm">{review.reviewer.name}</bdi>
              <ClockTime at={review.createdAt} className="text-muted" />
            </p>
            {review.comment ? <p className="break-words">{review.comment}</p> : null}
            {review.notCounted ? (
              <p className="text-muted text-xs">
                {t("notCounted", { why: why(review.notCounted) })}
              </p>
            ) : null}
          </li>
        ))}
      </ul>
    </Section>
  );
}
