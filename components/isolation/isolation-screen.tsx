"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { FilteredEmptyState } from "#components/ui/filtered-empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { Select } from "#components/ui/select.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { withParams } from "#components/url/url-text.ts";
import { useUrlState, useUrlVisit } from "#components/url/use-url-state.ts";
import type { CellDetail, Declared, Matrix, Reach } from "#server/features/isolation/views.ts";
import { IsolationMatrix } from "./isolation-matrix.tsx";
import { IsolationNotes } from "./isolation-notes.tsx";
import { ENVIRONMENTS, layerOf } from "./isolation-url.ts";
import { MatrixFilters } from "./matrix-filters.tsx";
import { filterOf, rowsFor } from "./matrix-rows.ts";
import { MatrixStrip } from "./matrix-strip.tsx";
import { SourceList } from "./source-list.tsx";

const CellPanel = dynamic(async () => (await import("./cell-panel.tsx")).CellPanel, { ssr: false });
const ReachMap = dynamic(async () => (await import("./reach-map.tsx")).ReachMap, { ssr: false });
const WhatIfTab = dynamic(async () => (await import("./what-if-tab.tsx")).WhatIfTab, {
  ssr: false,
});
const DeclaredTab = dynamic(async () => (await import("./declared-tab.tsx")).DeclaredTab, {
  ssr: false,
});

const REFRESH_MILLIS = 15_000;
const TABS = ["matrix", "reach", "what-if", "declared"] as const;

interface IsolationScreenProps {
  tenantId: string;
  matrix: Matrix;
  /** Only where its tab is open. */
  reach: Reach | null;
  declared: Declared;
  /** The cell that the URL names, of this tenant. */
  cell: CellDetail | null;
  /** Whether the viewer has `runtime.isolation.manage`. */
  mayManage: boolean;
}

/** The tenants' isolation: the matrix with its cells, who can reach whom, and what is declared. */
export function IsolationScreen(props: IsolationScreenProps) {
  const { tenantId, matrix, reach, declared, cell, mayManage } = props;
  const t = useTranslations("isolation");
  const url = useUrlState();
  const { visit } = useUrlVisit();
  usePageRefresh(true, REFRESH_MILLIS);
  const tab = TABS.find((name) => name === url.params.get("tab")) ?? "matrix";
  const filter = filterOf(url.params);
  const { matching, shown, page, pages } = rowsFor(matrix.rows, filter);
  const isSovereign = !matrix.rows.some((row) => row.tenant === tenantId);

  return (
    <AsOfProvider at={matrix.asOf}>
      <PageHeader
        title={t("title")}
        asOf={matrix.asOf}
        actions={
          <>
            <Select
              aria-label={t("environment")}
              value={matrix.environment}
              onChange={(event) => visit({ environment: event.target.value, cell: null })}
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
      <IsolationNotes matrix={matrix} />
      <MatrixStrip tenantId={tenantId} rows={matrix.rows} filter={filter} />
      <Tabs
        label={t("title")}
        chosen={tab}
        onChoose={(name) => {
          const patch = { tab: name === "matrix" ? null : name };
          // Who reaches whom is asked only where it is looked at.
          if (name === "reach") visit(patch);
          else url.change(patch);
        }}
        tabs={[
          {
            name: "matrix",
            label: t("tabs.matrix"),
            content:
              matrix.rows.length === 0 ? (
                <EmptyState title={t("emptyTitle")}>{t("emptyBody")}</EmptyState>
              ) : (
                <div className="flex flex-col gap-6">
                  <div className="flex flex-col gap-3">
                    <MatrixFilters
                      filter={filter}
                      matching={matching.length}
                      total={matrix.rows.length}
                      page={page}
                      pages={pages}
                      change={url.change}
                    />
                    {shown.length === 0 ? (
                      <FilteredEmptyState
                        onClear={() => url.change({ state: null, residency: null, q: null })}
                      />
                    ) : (
                      <IsolationMatrix
                        tenantId={tenantId}
                        shown={shown}
                        matching={matching}
                        chosen={layerOf(url.params.get("cell"))}
                        hrefOf={(tenant, layer) =>
                          withParams(`/t/${tenant}/isolation`, `?${url.params}`, { cell: layer })
                        }
                      />
                    )}
                  </div>
                  <Section title={t("sources")}>
                    {matrix.sources.length > 0 ? (
                      <SourceList sources={matrix.sources} />
                    ) : (
                      <p className="text-muted text-sm">{t("notLooked")}</p>
                    )}
                  </Section>
                </div>
              ),
          },
          {
            name: "reach",
            label: t("tabs.reach"),
            content: reach ? (
              <ReachMap tenantId={tenantId} reach={reach} />
            ) : (
              <Skeleton className="h-48 w-full" />
            ),
          },
          {
            name: "what-if",
            label: t("tabs.what-if"),
            content: isSovereign ? (
              <p className="text-muted text-sm">{t("declared.sovereign")}</p>
            ) : (
              <WhatIfTab tenantId={tenantId} environment={matrix.environment} />
            ),
          },
          {
            name: "declared",
            label: t("tabs.declared"),
            content: (
              <DeclaredTab
                tenantId={tenantId}
                declared={declared}
                mayManage={mayManage}
                isSovereign={isSovereign}
              />
            ),
          },
        ]}
      />
      {cell ? (
        <CellPanel
          key={`${cell.environment}.${cell.layer}`}
          tenantId={tenantId}
          cell={cell}
          onClose={() => visit({ cell: null })}
        />
      ) : null}
    </AsOfProvider>
  );
}
