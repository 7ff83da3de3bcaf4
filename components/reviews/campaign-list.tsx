"use client";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useMemo } from "react";
import { MoreButton } from "#components/data-table/more-button.tsx";
import { useMorePages } from "#components/data-table/use-more-pages.ts";
import { Time } from "#components/time/time.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { CampaignSummary } from "#server/features/access-reviews/schema.ts";
import { CAMPAIGN_TONES } from "./campaign-state.ts";

interface CampaignListProps {
  tenantId: string;
  page: { items: readonly CampaignSummary[]; nextCursor: string | null };
}

const idOf = (item: CampaignSummary) => item.campaignId;

/** Reviews, newest first, each with how far it is. */
export function CampaignList({ tenantId, page }: CampaignListProps) {
  const t = useTranslations("reviews");
  const format = useFormatter();
  const list = useMorePages({
    question: "",
    first: useMemo(() => ({ items: [...page.items], nextCursor: page.nextCursor }), [page]),
    idOf,
    fetchPage: async (cursor) => {
      const { consoleClient } = await import("#components/trpc/console-client.ts");
      return consoleClient(tenantId).accessReviews.campaigns.query({ cursor });
    },
    onFailure: () => showToast({ tone: "danger", title: t("moreFailed") }),
  });
  return (
    <Section look="card" title={t("list")}>
      {list.items.length === 0 ? (
        <EmptyState title={t("none.title")}>{t("none.body")}</EmptyState>
      ) : (
        <ul>
          {list.items.map((item) => (
            <li
              key={item.campaignId}
              className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-line border-b px-4 py-3 last:border-b-0"
            >
              <Link
                href={`/t/${tenantId}/access/reviews?campaign=${item.campaignId}`}
                className="min-w-0 flex-1 basis-52 font-medium hover:underline"
              >
                {t("started", { date: format.dateTime(item.startedAt, { dateStyle: "long" }) })}
              </Link>
              <Status tone={CAMPAIGN_TONES[item.state]} look="plain">
                {t(`state.${item.state}`)}
              </Status>
              <span className="text-sm tabular-nums">
                {t("progress", { decided: item.decided, items: item.items })}
                {item.state === "closed"
                  ? ` · ${t("revokedCount", { count: item.revoked })}`
                  : null}
              </span>
              {item.unfinished > 0 ? (
                <Status tone="due" look="plain">
                  {t("unfinishedCount", { count: item.unfinished })}
                </Status>
              ) : null}
              {item.unknownSources > 0 ? (
                <Status tone="unknown" look="plain">
                  {t("unknownCount", { count: item.unknownSources })}
                </Status>
              ) : null}
              <span className="text-muted text-sm">
                {item.closedAt ? (
                  <Time at={item.closedAt} />
                ) : (
                  <>
                    {t(item.state === "overdue" ? "one.wasDue" : "one.due")}{" "}
                    <Time at={item.dueAt} />
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      {list.hasMore ? (
        <MoreButton label={t("more")} isLoading={list.isLoading} onPress={list.loadMore} />
      ) : null}
    </Section>
  );
}
