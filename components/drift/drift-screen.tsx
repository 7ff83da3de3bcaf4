"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { AutoMore } from "#components/data-table/auto-more.tsx";
import { useMorePages } from "#components/data-table/use-more-pages.ts";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { PageHeader } from "#components/ui/page-header.tsx";
import { useUrlState, useUrlVisit } from "#components/url/use-url-state.ts";
import { RESOLVED_KEPT_DAYS } from "#server/engines/drift/resolved-kept-days.ts";
import type { GroupPage, GroupView, Summary } from "#server/features/drift/views.ts";
import { awayClusters } from "./away-clusters.ts";
import { DriftEmpty } from "./drift-empty.tsx";
import { DriftFilters } from "./drift-filters.tsx";
import { DriftPages } from "./drift-pages.tsx";
import { driftLines } from "./drift-rows.ts";
import { AwayBanner, DriftSources } from "./drift-sources.tsx";
import { DriftStrip } from "./drift-strip.tsx";
import { DriftTable } from "./drift-table.tsx";
import { DRIFT_PARAMS, driftQueryOf, EVERY_STATE, idOf, NO_DRIFT_FILTERS } from "./drift-url.ts";
import { useGroupFindings } from "./use-group-findings.ts";

const FindingPanel = dynamic(async () => (await import("./finding-panel.tsx")).FindingPanel, {
  ssr: false,
});

const REFRESH_MILLIS = 15_000;
const groupIdOf = (group: GroupView) => group.groupId;

export interface DriftRights {
  /** `runtime.drift.manage` */
  mayManage: boolean;
  /** `runtime.drift.ignore` */
  mayIgnore: boolean;
  /** `runtime.remediations.read` */
  mayReadRemediations: boolean;
}

interface DriftScreenProps {
  tenantId: string;
  params: Readonly<Record<string, string | undefined>>;
  summary: Summary;
  page: GroupPage;
  rights: DriftRights;
}

/** What drifted, by cause: the worst first, each with its objects, and one of them beside the list. */
export function DriftScreen({ tenantId, params, summary, page, rights }: DriftScreenProps) {
  const t = useTranslations("drift");
  const url = useUrlState();
  const { visit } = useUrlVisit();
  usePageRefresh(true, REFRESH_MILLIS);
  const question = JSON.stringify(params);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for the parameters
  const filter = useMemo(() => driftQueryOf(params), [question]);
  const onFailure = () => showToast({ tone: "danger", title: t("moreFailed") });
  const list = useMorePages({
    question,
    first: useMemo(() => ({ items: page.items, nextCursor: page.nextCursor }), [page]),
    idOf: groupIdOf,
    fetchPage: async (cursor) => {
      const { consoleClient } = await import("#components/trpc/console-client.ts");
      return consoleClient(tenantId).drift.groups.query({ ...filter, cursor, limit: 200 });
    },
    onFailure,
  });
  const groupId = url.params.get("group");
  const open = useGroupFindings({ tenantId, groupId, filter, asOf: page.asOf, onFailure });
  const lines = driftLines(list.items, { groupId, ...open });
  const selected = idOf(url.params.get("finding"));
  const change = url.change;
  const openFinding = useCallback(
    (finding: string) => change({ finding }, { push: true }),
    [change],
  );
  const toggle = useCallback(
    (id: string) => {
      const now = new URLSearchParams(window.location.search).get("group");
      change({ group: now === id ? null : id });
    },
    [change],
  );
  const away = useMemo(() => awayClusters(summary.sources), [summary.sources]);

  return (
    <AsOfProvider at={summary.asOf}>
      <PageHeader title={t("title")} asOf={summary.asOf} actions={<RefreshButton />} />
      <DriftPages tenantId={tenantId} />
      <AwayBanner sources={summary.sources} />
      <DriftStrip summary={summary} isCompact={selected !== null} />
      <div className="@container min-w-0 rounded-lg border border-line bg-raised">
        <div className="flex min-h-12 flex-wrap items-center gap-2 border-line border-b px-3 py-2">
          <DriftFilters params={params} summary={summary} />
          <p role="status" className="ms-auto text-muted text-sm">
            {t("count", { findings: page.findings, groups: page.groups })}
          </p>
        </div>
        {params.state === "resolved" || params.state === EVERY_STATE ? (
          <p className="border-line border-b px-3 py-2 text-muted text-sm">
            {t("resolvedKept", { days: RESOLVED_KEPT_DAYS })}
          </p>
        ) : null}
        {lines.length === 0 ? (
          <DriftEmpty
            summary={summary}
            isFiltered={DRIFT_PARAMS.some((name) => params[name])}
            onClear={() => visit(NO_DRIFT_FILTERS)}
          />
        ) : (
          <DriftTable
            tenantId={tenantId}
            lines={lines}
            selected={selected}
            away={away}
            onOpen={openFinding}
            onToggle={toggle}
            onMore={open.loadMore}
            footer={
              list.hasMore ? (
                <AutoMore label={t("more")} isLoading={list.isLoading} onPress={list.loadMore} />
              ) : null
            }
          />
        )}
      </div>
      <DriftSources sources={summary.sources} />
      {selected ? (
        <FindingPanel
          key={selected}
          tenantId={tenantId}
          findingId={selected}
          rights={rights}
          onClose={() => change({ finding: null })}
        />
      ) : null}
    </AsOfProvider>
  );
}
