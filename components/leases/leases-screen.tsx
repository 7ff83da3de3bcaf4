"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useCallback, useMemo, useState } from "react";
import { DataTable } from "#components/data-table/data-table.tsx";
import { MoreButton } from "#components/data-table/more-button.tsx";
import { useMorePages } from "#components/data-table/use-more-pages.ts";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { useUrlState, useUrlVisit } from "#components/url/use-url-state.ts";
import { useLeaseColumns } from "./lease-columns.tsx";
import { LeaseFilters } from "./lease-filters.tsx";
import type { IssuableBinding, LeaseAct, LeaseRow, OpenWorkload } from "./lease-row.ts";
import { leasesQueryOf, NO_LEASE_FILTERS } from "./lease-url.ts";

const LeasePanel = dynamic(async () => (await import("./lease-panel.tsx")).LeasePanel, {
  ssr: false,
});
const LeaseDialog = dynamic(async () => (await import("./lease-dialog.tsx")).LeaseDialog, {
  ssr: false,
});

interface LeasesScreenProps {
  tenantId: string;
  params: Readonly<Record<string, string | undefined>>;
  page: {
    leases: LeaseRow[];
    nextCursor: string | null;
    asOf: Date;
    workloads: OpenWorkload[];
    issuable: IssuableBinding[];
  };
  /** Whether the viewer has `runtime.leases.manage` in this tenant. */
  mayManage: boolean;
}

const idOf = (row: LeaseRow) => row.leaseId;
const MOVING = new Set<LeaseRow["state"]>(["issuing", "issued", "renewing", "revoking"]);
const QUIET_MILLIS = 30_000;
const MOVING_MILLIS = 2_000;

/** Every login that lives by a lease: whose it is, how long it lives, and what may be done about it. */
export function LeasesScreen({ tenantId, params, page, mayManage }: LeasesScreenProps) {
  const t = useTranslations("leases");
  const columns = useLeaseColumns();
  const url = useUrlState();
  const { visit } = useUrlVisit();
  const [act, setAct] = useState<LeaseAct | null>(null);
  const list = useMorePages({
    question: JSON.stringify(params),
    first: useMemo(() => ({ items: page.leases, nextCursor: page.nextCursor }), [page]),
    idOf,
    fetchPage: async (cursor) => {
      const { consoleClient } = await import("#components/trpc/console-client.ts");
      const query = { ...leasesQueryOf(params), cursor };
      const next = await consoleClient(tenantId).leases.list.query(query);
      return { items: next.leases, nextCursor: next.nextCursor };
    },
    onFailure: () => showToast({ tone: "danger", title: t("moreFailed") }),
  });
  const change = url.change;
  const open = useCallback((id: string) => change({ selected: id }, { push: true }), [change]);
  const selected = list.items.find((row) => row.leaseId === url.params.get("selected"));
  const isMoving = page.leases.some((row) => MOVING.has(row.state));
  usePageRefresh(page.leases.length > 0, isMoving ? MOVING_MILLIS : QUIET_MILLIS);

  return (
    <AsOfProvider at={page.asOf}>
      <PageHeader
        title={t("title")}
        asOf={page.asOf}
        actions={
          <>
            <Button
              disabledReason={
                mayManage ? (page.issuable.length > 0 ? null : t("nothingToIssue")) : t("mayNot")
              }
              onClick={() => setAct({ kind: "issue", issuable: page.issuable })}
            >
              {t("issue")}
            </Button>
            <RefreshButton />
          </>
        }
      />
      <DataTable
        label={t("title")}
        columns={columns}
        rows={list.items}
        totalCount={list.hasMore || params.workload || params.show ? null : list.items.length}
        rowId={idOf}
        defaultSort="-requested"
        selectedId={selected?.leaseId ?? null}
        onOpen={open}
        onClearFilters={() => visit(NO_LEASE_FILTERS)}
        empty={<EmptyState title={t("emptyTitle")}>{t("emptyBody")}</EmptyState>}
        filters={
          <LeaseFilters
            params={params}
            workloads={page.workloads}
            mayManage={mayManage}
            onAct={setAct}
          />
        }
        footer={
          list.hasMore ? (
            <MoreButton label={t("more")} isLoading={list.isLoading} onPress={list.loadMore} />
          ) : null
        }
      />
      {selected ? (
        <LeasePanel
          key={selected.leaseId}
          tenantId={tenantId}
          lease={selected}
          mayManage={mayManage}
          onAct={setAct}
          onClose={() => change({ selected: null })}
        />
      ) : null}
      {act ? <LeaseDialog tenantId={tenantId} act={act} onClose={() => setAct(null)} /> : null}
    </AsOfProvider>
  );
}
