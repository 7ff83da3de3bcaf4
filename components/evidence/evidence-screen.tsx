"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import type { z } from "zod";
import { DataTable } from "#components/data-table/data-table.tsx";
import { MoreButton } from "#components/data-table/more-button.tsx";
import { useMorePages } from "#components/data-table/use-more-pages.ts";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";
import type { ExportView, PackList, PackView } from "#server/features/evidence/schema.ts";
import { usePackColumns } from "./pack-columns.tsx";

const PackPanel = dynamic(async () => (await import("./pack-panel.tsx")).PackPanel, { ssr: false });
const ExportList = dynamic(async () => (await import("./export-list.tsx")).ExportList, {
  ssr: false,
});

interface EvidenceScreenProps {
  tenantId: string;
  page: z.output<typeof PackList>;
  exports: z.output<typeof ExportView>[];
  /** Whether the viewer has `runtime.audit.export` in this tenant. */
  mayExport: boolean;
}

const idOf = (row: PackView) => row.packId;
const nothing = () => undefined;
const EVERY_MILLIS = 2_000;

/** Evidence packs of the tenant and how far each is; the exports beside them. */
export function EvidenceScreen({ tenantId, page, exports, mayExport }: EvidenceScreenProps) {
  const t = useTranslations("packs");
  const columns = usePackColumns();
  const { params, change } = useUrlState();
  const list = useMorePages({
    question: "packs",
    first: useMemo(() => ({ items: page.packs, nextCursor: page.nextCursor }), [page]),
    idOf,
    fetchPage: async (cursor) => {
      const { consoleClient } = await import("#components/trpc/console-client.ts");
      const next = await consoleClient(tenantId).evidence.packs.query({ cursor });
      return { items: next.packs, nextCursor: next.nextCursor };
    },
    onFailure: () => showToast({ tone: "danger", title: t("olderFailed") }),
  });
  const isWorking = page.packs.some(({ state }) => state === "requested" || state === "building");
  usePageRefresh(isWorking, EVERY_MILLIS);
  const open = useCallback((id: string) => change({ pack: id }, { push: true }), [change]);
  const selected = list.items.find(({ packId }) => packId === params.get("pack"));
  const tab = params.get("tab") === "exports" ? "exports" : "packs";
  return (
    <AsOfProvider at={page.asOf}>
      <PageHeader
        title={t("title")}
        asOf={page.asOf}
        actions={
          <>
            <Link
              href={`/t/${tenantId}/audit`}
              className="inline-flex h-7 items-center rounded-md border border-line-strong bg-raised px-2 font-medium text-sm hover:bg-hover"
            >
              {t("toAudit")}
            </Link>
            <RefreshButton />
          </>
        }
      />
      <p className="max-w-prose text-muted text-sm">{t("lead")}</p>
      <Tabs
        label={t("title")}
        chosen={tab}
        onChoose={(name) => change({ tab: name === "packs" ? null : name, pack: null })}
        tabs={[
          {
            name: "packs",
            label: t("tabs.packs"),
            content: (
              <DataTable
                label={t("tabs.packs")}
                columns={columns}
                rows={list.items}
                totalCount={list.hasMore ? null : list.items.length}
                rowId={idOf}
                defaultSort=""
                selectedId={selected?.packId ?? null}
                onOpen={open}
                onClearFilters={nothing}
                empty={<EmptyState title={t("emptyTitle")}>{t("emptyBody")}</EmptyState>}
                footer={
                  list.hasMore ? (
                    <MoreButton
                      label={t("older")}
                      isLoading={list.isLoading}
                      onPress={list.loadMore}
                    />
                  ) : null
                }
              />
            ),
          },
          {
            name: "exports",
            label: t("tabs.exports"),
            content: <ExportList exports={exports} />,
          },
        ]}
      />
      {selected && tab === "packs" ? (
        <PackPanel
          key={selected.packId}
          tenantId={tenantId}
          pack={selected}
          verifierKey={page.verifierKey}
          mayExport={mayExport}
          onClose={() => change({ pack: null })}
        />
      ) : null}
    </AsOfProvider>
  );
}
