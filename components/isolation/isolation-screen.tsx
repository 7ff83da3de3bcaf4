"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { Select } from "#components/ui/select.tsx";
import { Status } from "#components/ui/status.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { useUrlState, useUrlVisit } from "#components/url/use-url-state.ts";
import type { CellDetail, Declared, Matrix, Reach } from "#server/features/isolation/views.ts";
import { CELL_TONE } from "./cell-tone.ts";
import { IsolationMatrix } from "./isolation-matrix.tsx";
import { ENVIRONMENTS, layerOf } from "./isolation-url.ts";
import { SourceList } from "./source-list.tsx";

const CellPanel = dynamic(async () => (await import("./cell-panel.tsx")).CellPanel, { ssr: false });
const ReachMap = dynamic(async () => (await import("./reach-map.tsx")).ReachMap, { ssr: false });
const DeclaredTab = dynamic(async () => (await import("./declared-tab.tsx")).DeclaredTab, {
  ssr: false,
});

const REFRESH_MILLIS = 15_000;
const TABS = ["matrix", "reach", "declared"] as const;
const STATES = ["violated", "unknown", "verified"] as const;

interface IsolationScreenProps {
  tenantId: string;
  matrix: Matrix;
  reach: Reach;
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
  const cells = matrix.rows.flatMap((row) => row.cells);
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
      <ul aria-label={t("strip.label")} className="flex flex-wrap gap-x-6 gap-y-2">
        {STATES.map((state) => (
          <li key={state} className="flex items-baseline gap-2">
            <span className="font-semibold text-xl tabular-nums">
              {cells.filter((each) => each.state === state).length}
            </span>
            <Status tone={CELL_TONE[state]} look="plain">
              {t(`strip.${state}`)}
            </Status>
          </li>
        ))}
      </ul>
      <Tabs
        label={t("title")}
        chosen={tab}
        onChoose={(name) => url.change({ tab: name === "matrix" ? null : name })}
        tabs={[
          {
            name: "matrix",
            label: t("tabs.matrix"),
            content:
              matrix.rows.length === 0 ? (
                <EmptyState title={t("emptyTitle")}>{t("emptyBody")}</EmptyState>
              ) : (
                <div className="flex flex-col gap-6">
                  <IsolationMatrix
                    tenantId={tenantId}
                    matrix={matrix}
                    chosen={layerOf(url.params.get("cell"))}
                  />
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
          { name: "reach", label: t("tabs.reach"), content: <ReachMap reach={reach} /> },
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
