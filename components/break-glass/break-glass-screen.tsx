"use client";
import { useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import type { BreakGlassOverview, OwnBreakGlass } from "#server/features/break-glass/schema.ts";
import { OwnSection } from "./own-section.tsx";
import { PrincipalsSection } from "./principals-section.tsx";
import { UseList } from "./use-list.tsx";

interface BreakGlassScreenProps {
  tenantId: string;
  /** Null: the viewer may not see others'. */
  overview: BreakGlassOverview | null;
  /** Null: the viewer may not break glass. */
  own: OwnBreakGlass | null;
}

const REFRESH_MILLIS = 5_000;

/** Who may break glass, who has, what waits for a review; and one's own, to use it. */
export function BreakGlassScreen({ tenantId, overview, own }: BreakGlassScreenProps) {
  const t = useTranslations("breakGlass");
  usePageRefresh(true, REFRESH_MILLIS);
  const asOf = overview?.asOf ?? own?.asOf ?? new Date();
  return (
    <AsOfProvider at={asOf}>
      <PageHeader title={t("title")} asOf={asOf} actions={<RefreshButton />} />
      <p className="max-w-prose text-muted text-sm">{t("rule")}</p>
      {own ? <OwnSection tenantId={tenantId} own={own} /> : null}
      {overview ? (
        <>
          <div className="grid min-w-0 gap-4 xl:grid-cols-2">
            <Section look="card" title={t("live.title")}>
              <UseList tenantId={tenantId} uses={overview.live} none={t("live.none")} />
            </Section>
            <Section look="card" title={t("due.title")}>
              <UseList tenantId={tenantId} uses={overview.reviewsDue} none={t("due.none")} />
            </Section>
          </div>
          <PrincipalsSection tenantId={tenantId} overview={overview} />
          <Section look="card" title={t("history.title")}>
            <UseList tenantId={tenantId} uses={overview.history} none={t("history.none")} />
          </Section>
        </>
      ) : null}
    </AsOfProvider>
  );
}
