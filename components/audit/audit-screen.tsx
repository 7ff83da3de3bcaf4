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
import { Status } from "#components/ui/status.tsx";
import { useUrlState, useUrlVisit } from "#components/url/use-url-state.ts";
import { useAuditColumns } from "./audit-columns.tsx";
import type { AuditRow } from "./audit-row.ts";
import { auditSearchOf } from "./audit-url.ts";
import { LogHeadLine, type LogHeadView } from "./log-head-line.tsx";
import { QueryBar } from "./search/query-bar.tsx";
import type { ShownProblem } from "./search/query-problems.tsx";
import { useNewerEvents } from "./search/use-newer-events.ts";

const EventPanel = dynamic(async () => (await import("./event-panel.tsx")).EventPanel, {
  ssr: false,
});
const SearchOverview = dynamic(
  async () => (await import("./search/search-overview.tsx")).SearchOverview,
  { ssr: false, loading: () => <div className="h-28" /> },
);

const SearchTools = dynamic(async () => (await import("./search/search-tools.tsx")).SearchTools, {
  ssr: false,
  loading: () => <div className="h-8" />,
});
const AuditTools = dynamic(async () => (await import("./search/audit-tools.tsx")).AuditTools, {
  ssr: false,
});

interface AuditScreenProps {
  tenantId: string;
  params: Readonly<Record<string, string | undefined>>;
  page: {
    events: AuditRow[];
    olderCursor: string | null;
    newerCursor: string | null;
    isRun: boolean;
    problems: ShownProblem[];
    notYetSearchable: number;
    asOf: Date;
  };
  types: string[];
  head: LogHeadView;
}

const idOf = (row: AuditRow) => row.eventId;
const CLEARED = { q: null, at: null, tail: null };

/** The log: a query, what it finds in numbers, events newest first, and the opened one beside them. */
export function AuditScreen({ tenantId, params, page, types, head }: AuditScreenProps) {
  const t = useTranslations("audit");
  const columns = useAuditColumns();
  const url = useUrlState();
  const { visit, isPending } = useUrlVisit();
  const { query, at } = auditSearchOf(params);
  const isTail = params.tail === "1";
  const list = useMorePages({
    question: JSON.stringify(params),
    first: useMemo(() => ({ items: page.events, nextCursor: page.olderCursor }), [page]),
    idOf,
    fetchPage: async (cursor) => {
      const { consoleClient } = await import("#components/trpc/console-client.ts");
      const next = await consoleClient(tenantId).audit.search.query({ query, cursor });
      return { items: next.events, nextCursor: next.olderCursor };
    },
    onFailure: () => showToast({ tone: "danger", title: t("olderFailed") }),
  });
  const newer = useNewerEvents({
    tenantId,
    query,
    cursor: page.newerCursor,
    isTail,
    onFailure: () => showToast({ tone: "danger", title: t("olderFailed") }),
  });
  const rows = useMemo(() => {
    const known = new Set(newer.events.map(idOf));
    return [...newer.events, ...list.items.filter((row) => !known.has(row.eventId))];
  }, [newer.events, list.items]);
  const isFiltered = query !== "" || at !== undefined;
  usePageRefresh(!isTail && !at && page.events.some((event) => event.state === "recorded"));

  const change = url.change;
  const open = useCallback((id: string) => change({ event: id }, { push: true }), [change]);
  const selected = url.params.get("event");
  // A live tail goes on with the new query.
  const search = (next: string) => visit({ at: null, q: next || null });

  return (
    <AsOfProvider at={page.asOf}>
      <PageHeader
        title={t("title")}
        asOf={page.asOf}
        actions={
          <>
            <AuditTools tenantId={tenantId} onSearch={search} />
            <RefreshButton />
          </>
        }
      />
      <LogHeadLine head={head} />
      <div className="flex flex-col gap-3 rounded-lg border border-line bg-raised p-3">
        <QueryBar
          query={query}
          problems={page.problems}
          types={types}
          isPending={isPending}
          onSearch={search}
        />
        {page.notYetSearchable > 0 ? (
          <Status tone="unknown">{t("search.behind", { count: page.notYetSearchable })}</Status>
        ) : null}
        {page.isRun ? <SearchOverview tenantId={tenantId} query={query} onSearch={search} /> : null}
      </div>
      {page.isRun ? (
        <DataTable
          label={t("title")}
          columns={columns}
          rows={rows}
          totalCount={isFiltered || list.hasMore ? null : rows.length}
          rowId={idOf}
          defaultSort=""
          selectedId={selected}
          onOpen={open}
          onClearFilters={() => visit(CLEARED)}
          empty={<EmptyState title={t("emptyTitle")}>{t("emptyBody")}</EmptyState>}
          filters={
            <SearchTools
              at={at}
              isTail={isTail}
              onTail={(isOn) => visit({ tail: isOn ? "1" : null, at: null })}
              onJump={(time) => visit({ at: time, tail: null })}
              onNewer={page.newerCursor || at ? newer.load : null}
            />
          }
          footer={
            list.hasMore ? (
              <MoreButton label={t("older")} isLoading={list.isLoading} onPress={list.loadMore} />
            ) : null
          }
        />
      ) : null}
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
