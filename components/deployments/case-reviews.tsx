"use client";
import { useTranslations } from "next-intl";
import { useNotCounted } from "#components/approvals/use-not-counted.ts";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { Status } from "#components/ui/status.tsx";
import type { DeploymentDetail } from "#server/features/deployments/schema.ts";
import { QuorumPlaces } from "./quorum-places.tsx";

/** Who approved what: what counts, and what is stale and why. */
export function CaseReviews({ detail }: { detail: DeploymentDetail }) {
  const t = useTranslations("deployments.case");
  const why = useNotCounted();
  return (
    <div className="flex flex-col gap-3">
      <QuorumPlaces quorum={detail.quorum} />
      {detail.reviews.length === 0 ? <p className="text-muted text-sm">{t("noReviews")}</p> : null}
      <ul className="flex flex-col gap-2">
        {detail.reviews.map((review) => (
          <li key={review.reviewId} className="border-line border-t pt-2 text-sm">
            <p className="flex flex-wrap items-center gap-2">
              <Status tone={review.decision === "approve" ? "ok" : "danger"}>
                {t(review.decision)}
              </Status>
              <bdi className="font-medium">{review.reviewer.name}</bdi>
              <ClockTime at={review.createdAt} className="text-muted" />
            </p>
            {review.comment ? <p className="break-words">{review.comment}</p> : null}
            <p className="text-muted text-xs">
              {review.countsAs ? t("counts", { role: review.countsAs }) : null}
              {review.notCounted === "stale" ? t("stale", { revision: review.revision }) : null}
              {review.notCounted && review.notCounted !== "stale"
                ? t("notCounted", { why: why(review.notCounted) })
                : null}
            </p>
            <p className="flex flex-wrap items-center gap-x-1 text-muted text-xs">
              {t("reviewed", { revision: review.revision })}
              <Identifier value={review.subjectDigest} ends={10} />
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}
