"use client";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { ReviewOverview } from "#server/features/access-reviews/schema.ts";
import { useReviewWords } from "./use-review-words.ts";

/** Each issuer with when it was last read whole; one that is away says since when, and why. */
export function DirectoryCard({ directory }: { directory: ReviewOverview["directory"] }) {
  const t = useTranslations("reviews.directory");
  const words = useReviewWords();
  return (
    <Section look="card" title={t("title")}>
      {directory.length === 0 ? (
        <p className="px-4 py-3 text-muted text-sm">{t("none")}</p>
      ) : (
        <ul>
          {directory.map((source) => (
            <li
              key={source.issuer}
              className="flex flex-col gap-1 border-line border-b px-4 py-3 text-sm last:border-b-0"
            >
              <p className="flex flex-wrap items-baseline justify-between gap-x-3">
                <bdi dir="ltr" className="break-all font-mono">
                  {source.issuer}
                </bdi>
                {source.failureCode ? null : (
                  <span className="text-muted">{t("people", { count: source.people })}</span>
                )}
              </p>
              {source.failingSince ? (
                <p>
                  <Status tone="unknown" look="plain">
                    {t("failing")} <Time at={source.failingSince} />
                  </Status>{" "}
                  {words.failure(source.failureCode)}
                </p>
              ) : null}
              <p className="text-muted">
                {source.readAt ? (
                  <>
                    {t("read")} <Time at={source.readAt} />
                  </>
                ) : (
                  t("never")
                )}
                {" · "}
                {source.removesRoles ? t("removes") : t("byHand", { who: source.administrator })}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
