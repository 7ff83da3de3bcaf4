"use client";
import { useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import type { CampaignSummary, ReviewOverview } from "#server/features/access-reviews/schema.ts";
import { CampaignList } from "./campaign-list.tsx";
import { DirectoryCard } from "./directory-card.tsx";
import { PolicyCard } from "./policy-card.tsx";

interface ReviewsScreenProps {
  tenantId: string;
  overview: ReviewOverview;
  page: { items: readonly CampaignSummary[]; nextCursor: string | null };
}

const REFRESH_MILLIS = 10_000;

/** How access is reviewed, what it is read from, and every review, newest first. */
export function ReviewsScreen({ tenantId, overview, page }: ReviewsScreenProps) {
  const t = useTranslations("reviews");
  usePageRefresh(true, REFRESH_MILLIS);
  return (
    <AsOfProvider at={overview.asOf}>
      <PageHeader title={t("title")} asOf={overview.asOf} actions={<RefreshButton />} />
      <CampaignList tenantId={tenantId} page={page} />
      <div className="grid min-w-0 gap-4 xl:grid-cols-2">
        <PolicyCard tenantId={tenantId} overview={overview} />
        <DirectoryCard directory={overview.directory} />
      </div>
    </AsOfProvider>
  );
}
