"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { DataTable } from "#components/data-table/data-table.tsx";
import { MoreButton } from "#components/data-table/more-button.tsx";
import { useMorePages } from "#components/data-table/use-more-pages.ts";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { CalendarBar, type CalendarDay } from "#components/ui/calendar-bar.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { useUrlState, useUrlVisit } from "#components/url/use-url-state.ts";
import { useCredentialColumns } from "./credential-columns.tsx";
import type { CredentialRow } from "./credential-row.ts";
import { pollMillis } from "./poll-millis.ts";
import { NO_FILTERS, RotationFilters } from "./rotation-filters.tsx";
import { type RotationCounts, RotationStrip } from "./rotation-strip.tsx";
import { bindingsQueryOf } from "./rotation-url.ts";

const CredentialPanel = dynamic(
  async () => (await import("./credential-panel.tsx")).CredentialPanel,
  { ssr: false },
);

interface RotationsScreenProps {
  tenantId: string;
  params: Readonly<Record<string, string | undefined>>;
  page: { bindings: CredentialRow[]; nextCursor: string | null; asOf: Date };
  summary: RotationCounts & { total: number; upcoming: CalendarDay[] };
  /** Whether the viewer has `runtime.secrets.rotate` in this tenant. */
  mayRotate: boolean;
}

const idOf = (row: CredentialRow) => row.bindingId;

/** Every credential of the tenant: what needs somebody, what is coming, and the one that is open. */
export function RotationsScreen(props: RotationsScreenProps) {
  const { tenantId, params, page, summary, mayRotate } = props;
  const t = useTranslations("rotations");
  const columns = useCredentialColumns();
  const url = useUrlState();
  const { visit } = useUrlVisit();
  const list = useMorePages({
    question: JSON.stringify(params),
    first: useMemo(() => ({ items: page.bindings, nextCursor: page.nextCursor }), [page]),
    idOf,
    fetchPage: async (cursor) => {
      const { consoleClient } = await import("#components/trpc/console-client.ts");
      const query = { ...bindingsQueryOf(params), cursor };
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
      <PageHeader title={t("title")} asOf={page.asOf} actions={<RefreshButton />} />
      <RotationStrip counts={summary} />
      {summary.total > 0 ? (
        <Section look="card" title={t("calendarTitle")} aside={t("calendarHint")}>
          <div className="px-4 py-3">
            <CalendarBar
              label={t("calendarTitle")}
              days={summary.upcoming}
              isFirstLate={summary.overdue > 0}
            />
          </div>
        </Section>
      ) : null}

      <DataTable
        label={t("title")}
        columns={columns}
        rows={list.items}
        totalCount={summary.total}
        rowId={idOf}
        defaultSort="status"
        selectedId={selected}
        onOpen={open}
        onClearFilters={() => visit(NO_FILTERS)}
        empty={<EmptyState title={t("emptyTitle")}>{t("emptyBody")}</EmptyState>}
        filters={<RotationFilters params={params} />}
        footer={
          list.hasMore ? (
            <MoreButton label={t("more")} isLoading={list.isLoading} onPress={list.loadMore} />
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
