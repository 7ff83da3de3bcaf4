"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useCallback, useMemo, useState } from "react";
import { DataTable } from "#components/data-table/data-table.tsx";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { Button } from "#components/ui/button.tsx";
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
  const [older, setOlder] = useState<{ of: string; events: AuditRow[]; cursor: string | null }>();
  const [isLoadingOlder, setLoadingOlder] = useState(false);
  const filterKey = JSON.stringify(params);
  const held = older?.of === filterKey ? older : undefined;
  const rows = useMemo(() => mergedEvents(page.events, held?.events ?? []), [page.events, held]);
  const cursor = held ? held.cursor : page.nextCursor;
  const isFiltered = AUDIT_PARAMS.some((name) => params[name]);
  usePageRefresh(page.events.some((event) => event.state === "recorded"));

  const change = url.change;
  const open = useCallback((id: string) => change({ event: id }, { push: true }), [change]);
  const selected = url.params.get("event");

  async function loadOlder() {
    if (!cursor) return;
    setLoadingOlder(true);
    try {
      const { consoleClient } = await import("#components/trpc/console-client.ts");
      const next = await consoleClient(tenantId).audit.list.query({
        ...auditFilterOf(params),
        cursor,
      });
      setOlder({
        of: filterKey,
        events: [...(held?.events ?? []), ...next.events],
        cursor: next.nextCursor,
      });
    } catch {
      showToast({ tone: "danger", title: t("olderFailed") });
    } finally {
      setLoadingOlder(false);
    }
  }

  return (
    <AsOfProvider at={page.asOf}>
      <PageHeader title={t("title")} asOf={page.asOf} actions={<RefreshButton />} />
      <LogHeadLine head={head} />
      <div className="flex items-start gap-4">
        <div className="min-w-0 flex-1">
          <DataTable
            label={t("title")}
            columns={columns}
            rows={rows}
            totalCount={isFiltered && rows.length === 0 ? 1 : rows.length}
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
              cursor ? (
                <div className="border-line border-t p-2 text-center">
                  <Button size="sm" isBusy={isLoadingOlder} onClick={loadOlder}>
                    {t("older")}
                  </Button>
                </div>
              ) : null
            }
          />
        </div>
        {selected ? (
          <EventPanel
            key={selected}
            tenantId={tenantId}
            eventId={selected}
            onClose={() => change({ event: null })}
          />
        ) : null}
      </div>
    </AsOfProvider>
  );
}

/** The first page is read anew all the time, the older ones are not: each event once, newest first. */
function mergedEvents(first: AuditRow[], older: AuditRow[]): AuditRow[] {
  const known = new Set(first.map(idOf));
  return [...first, ...older.filter((event) => !known.has(event.eventId))];
}
