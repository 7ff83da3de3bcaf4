"use client";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { DataTable } from "#components/data-table/data-table.tsx";
import { useMorePages } from "#components/data-table/use-more-pages.ts";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import type { CalendarDay } from "#components/ui/calendar-bar.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { useUrlState, useUrlVisit } from "#components/url/use-url-state.ts";
import type { ClassCounts } from "./class-matrix.tsx";
import { useCredentialColumns } from "./credential-columns.tsx";
import type { CredentialRow } from "./credential-row.ts";
import { DashboardOverview } from "./dashboard-overview.tsx";
import { pollMillis } from "./poll-millis.ts";
import { NO_FILTERS, RotationFilters } from "./rotation-filters.tsx";
import { type RotationCounts, RotationStrip } from "./rotation-strip.tsx";
import { bindingsQueryOf } from "./rotation-url.ts";

const AutoMore = dynamic(
  async () => (await import("#components/data-table/auto-more.tsx")).AutoMore,
  { ssr: false },
);
const CredentialPanel = dynamic(
  async () => (await import("./credential-panel.tsx")).CredentialPanel,
  { ssr: false },
);

const RotationTools = dynamic(async () => (await import("./rotation-tools.tsx")).RotationTools, {
  ssr: false,
});

const StoreBanner = dynamic(
  async () => (await import("#components/regions/store-banner.tsx")).StoreBanner,
  { ssr: false },
);

interface RotationsScreenProps {
  tenantId: string;
  params: Readonly<Record<string, string | undefined>>;
  page: { bindings: CredentialRow[]; nextCursor: string | null; asOf: Date };
  summary: RotationCounts & {
    total: number;
    next7Days: number;
    next30Days: number;
    byClass: ClassCounts[];
    regions: string[];
    upcoming: CalendarDay[];
  };
  /** How many pass the filters; null when there is no filter, or none passes. */
  matching: number | null;
  /** Whether the viewer has `runtime.secrets.rotate` in this tenant. */
  mayRotate: boolean;
}

const idOf = (row: CredentialRow) => row.bindingId;

/** Every credential of the tenant: what needs somebody, what is coming, and the one that is open. */
export function RotationsScreen(props: RotationsScreenProps) {
  const { tenantId, params, page, summary, matching, mayRotate } = props;
  const t = useTranslations("rotations");
  const columns = useCredentialColumns();
  const url = useUrlState();
  const { visit } = useUrlVisit();
  const router = useRouter();
  const refresh = useCallback(() => router.refresh(), [router]);
  const list = useMorePages({
    question: JSON.stringify(params),
    first: useMemo(() => ({ items: page.bindings, nextCursor: page.nextCursor }), [page]),
    idOf,
    fetchPage: async (cursor) => {
      const { consoleClient } = await import("#components/trpc/console-client.ts");
      const query = { ...bindingsQueryOf(params), cursor, limit: 200 };
      const next = await consoleClient(tenantId).rotation.list.query(query);
      return { items: next.bindings, nextCursor: next.nextCursor };
    },
    onFailure: () => showToast({ tone: "danger", title: t("moreFailed") }),
  });
  const change = url.change;
  const open = useCallback((id: string) => change({ selected: id }, { push: true }), [change]);
  const selected = url.params.get("selected");
  const poll = pollMillis(page.bindings.map((row) => row.openRotation?.state ?? null));
  usePageRefresh(poll !== null, poll ?? undefined);

  return (
    <AsOfProvider at={page.asOf}>
      <PageHeader
        title={t("title")}
        asOf={page.asOf}
        actions={
          <>
            <RotationTools
              tenantId={tenantId}
              params={params}
              mayRotate={mayRotate}
              onRotated={refresh}
            />
            <RefreshButton />
          </>
        }
      />
      <StoreBanner tenantId={tenantId} />
      <RotationStrip counts={summary} />
      {summary.total > 0 ? (
        <DashboardOverview
          tenantId={tenantId}
          days={summary.upcoming}
          isFirstLate={summary.overdue > 0}
          next7Days={summary.next7Days}
          next30Days={summary.next30Days}
          byClass={summary.byClass}
        />
      ) : null}

      <DataTable
        label={t("title")}
        columns={columns}
        rows={list.items}
        totalCount={matching ?? summary.total}
        rowId={idOf}
        defaultSort="status"
        selectedId={selected}
        onOpen={open}
        onClearFilters={() => visit(NO_FILTERS)}
        empty={<EmptyState title={t("emptyTitle")}>{t("emptyBody")}</EmptyState>}
        filters={<RotationFilters params={params} regions={summary.regions} />}
        footer={
          list.hasMore ? (
            <AutoMore label={t("more")} isLoading={list.isLoading} onPress={list.loadMore} />
          ) : null
        }
      />
      {selected ? (
        <CredentialPanel
          key={selected}
          tenantId={tenantId}
          bindingId={selected}
          mayRotate={mayRotate}
          onClose={() => change({ selected: null })}
        />
      ) : null}
    </AsOfProvider>
  );
}
