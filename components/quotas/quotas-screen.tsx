"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { ENVIRONMENTS } from "#components/isolation/isolation-url.ts";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { Select } from "#components/ui/select.tsx";
import { useUrlVisit } from "#components/url/use-url-state.ts";
import type { Quotas } from "#server/features/quotas/views.ts";

const QuotaTable = dynamic(async () => (await import("./quota-table.tsx")).QuotaTable, {
  ssr: false,
});
const NeighbourList = dynamic(async () => (await import("./neighbour-list.tsx")).NeighbourList, {
  ssr: false,
});

const REFRESH_MILLIS = 15_000;

/** Quotas of the session's tenants beside what is used, and the noisy neighbours among them. */
export function QuotasScreen({ quotas }: { quotas: Quotas }) {
  const t = useTranslations("quotas");
  const { visit } = useUrlVisit();
  usePageRefresh(true, REFRESH_MILLIS);
  const groups = [...new Set(quotas.rows.map(({ tenant, cluster }) => `${tenant}/${cluster}`))];
  return (
    <AsOfProvider at={quotas.asOf}>
      <PageHeader
        title={t("title")}
        asOf={quotas.asOf}
        actions={
          <>
            <Select
              aria-label={t("environment")}
              value={quotas.environment}
              onChange={(event) => visit({ environment: event.target.value })}
            >
              {ENVIRONMENTS.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </Select>
            <RefreshButton />
          </>
        }
      />
      <p className="max-w-prose text-muted text-sm">{t("about")}</p>
      {quotas.rows.length === 0 ? (
        <EmptyState title={t("empty")}>{t("emptyBody")}</EmptyState>
      ) : (
        <div className="flex flex-col gap-6">
          <Section look="card" title={t("neighbours")}>
            <NeighbourList neighbours={quotas.neighbours} />
          </Section>
          {groups.map((group) => {
            const rows = quotas.rows.filter(
              ({ tenant, cluster }) => `${tenant}/${cluster}` === group,
            );
            const [first] = rows;
            if (!first) return null;
            return (
              <Section
                key={group}
                look="card"
                title={first.displayName}
                aside={<bdi dir="ltr">{first.cluster}</bdi>}
              >
                <QuotaTable rows={rows} label={`${t("table")}: ${first.displayName}`} />
              </Section>
            );
          })}
        </div>
      )}
    </AsOfProvider>
  );
}
