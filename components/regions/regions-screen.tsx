"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import type { Promotions, RegionsOverview } from "#server/features/regions/views.ts";
import { RegionCard } from "./region-card.tsx";
import { StoreList } from "./store-list.tsx";
import { UnverifiedReads } from "./unverified-reads.tsx";

const PromotionsSection = dynamic(
  async () => (await import("./promotions-section.tsx")).PromotionsSection,
  { ssr: false },
);

const REFRESH_MILLIS = 15_000;

interface RegionsScreenProps {
  tenantId: string;
  overview: RegionsOverview;
  promotions: Promotions;
  /** Whether the viewer has `runtime.regions.promote`. */
  mayPromote: boolean;
}

/** Each region's own cluster and what it was seen to hold; in the Sovereign's context promotions too. */
export function RegionsScreen({ tenantId, overview, promotions, mayPromote }: RegionsScreenProps) {
  const t = useTranslations("regions");
  usePageRefresh(true, REFRESH_MILLIS);
  const { regions, isSovereign } = overview;
  return (
    <AsOfProvider at={overview.asOf}>
      <PageHeader title={t("title")} asOf={overview.asOf} actions={<RefreshButton />} />
      {isSovereign ? null : <p className="text-muted text-sm">{t("tenantHint")}</p>}
      {regions.length === 0 ? (
        <EmptyState title={t("emptyTitle")}>{t("emptyBody")}</EmptyState>
      ) : (
        <div className="grid items-start gap-4 xl:grid-cols-2">
          {regions.map((region) => (
            <RegionCard key={region.region} region={region} />
          ))}
        </div>
      )}
      {overview.otherStores.length > 0 ? <StoreList stores={overview.otherStores} /> : null}
      <UnverifiedReads tenantId={tenantId} reads={overview.unverified} />
      {isSovereign ? (
        <PromotionsSection
          tenantId={tenantId}
          regions={regions}
          promotions={promotions}
          mayPromote={mayPromote}
        />
      ) : null}
    </AsOfProvider>
  );
}
