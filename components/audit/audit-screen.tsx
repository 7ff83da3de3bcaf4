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
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { useUrlState, useUrlVisit } from "#components/url/use-url-state.ts";
import { useAuditColumns } from "./audit-columns.tsx";
import { AuditFilters } from "./audit-filters.tsx";
import type { AuditRow } from "./audit-row.ts";
import { AUDIT_PARAMS, auditFilterOf } from "./audit-url.ts";
import { LogHeadLine, type LogHeadView } from "./log-head-line.tsx";

const EventPanel = dynamic(async () => (await import("./event-panel.tsx")).EventPanel, {
  ssr: false,
});

interface AuditScreenProps {
  tenantId: string;
  params: Readonly<Record<string, string | undefined>>;
  page: { events: AuditRow[]; nextCursor: string | null; asOf: Date };
  types: string[];
  head: LogHeadView;
}

const idOf = (row: AuditRow) => row.eventId;
const CLEARED = Object.fromEntries(AUDIT_PARAMS.map((name) => [name, null]));

/** The log: filters, events newest first, and the opened one beside them. */
export function AuditScreen({ tenantId, params, page, types, head }: AuditScreenProps) {
  const t = useTranslations("audit");
  const columns = useAuditColumns();
  const url = useUrlState();
  const { visit } = useUrlVisit();
  const list = useMorePages({
    question: JSON.stringify(params),
    first: useMemo(() => ({ items: page.events, nextCursor: page.nextCursor }), [page]),
    idOf,
    fetchPage: async (cursor) => {
      const { consoleClient } = await import("#components/trpc/console-client.ts");
      const filter = { ...auditFilterOf(params), cursor };
      const next = await consoleClient(tenantId).audit.list.query(filter);
      return { items: next.events, nextCursor: next.nextCursor };
    },
    onFailure: () => showToast({ tone: "danger", title: t("olderFailed") }),
  });
  const isFiltered = AUDIT_PARAMS.some((name) => params[name]);
  usePageRefresh(page.events.some((event) => event.state === "recorded"));

  const change = url.change;
  const open = useCallback((id: string) => change({ event: id }, { push: true }), [change]);
  const selected = url.params.get("event");

  return (
    <AsOfProvider at={page.asOf}>
      <PageHeader title={t("title")} asOf={page.asOf} actions={<RefreshButton />} />
      <LogHeadLine head={head} />

      <DataTable
        label={t("title")}
        columns={columns}
        rows={list.items}
        totalCount={isFiltered || list.hasMore ? null : list.items.length}
        rowId={idOf}
        defaultSort=""
        selectedId={selected}
        onOpen={open}
        onClearFilters={() => visit(CLEARED)}
        empty={<EmptyState title={t("emptyTitle")}>{t("emptyBody")}</EmptyState>}
        filters={
          <AuditFilters
            params={params}
            types={types}
            isFiltered={isFiltered}
            onClear={() => visit(CLEARED)}
          />
        }
        footer={
          list.hasMore ? (
            <MoreButton label={t("older")} isLoading={list.isLoading} onPress={list.loadMore} />
          ) : null
        }
      />
      {selected ? (
        <EventPanel
          key={selected}
          tenantId={tenantId}
          eventId={selected}
          onClose={() => change({ event: null })}
        />
      ) : null}
    </AsOfProvider>
  );
}
