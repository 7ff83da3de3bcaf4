"use client";
import dynamic from "next/dynamic";
import { useMessages, useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { FilteredEmptyState } from "#components/ui/filtered-empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { withParams } from "#components/url/url-text.ts";
import { useUrlState } from "#components/url/use-url-state.ts";
import { messageKey } from "#server/engines/compliance/message-key.ts";
import type { ComplianceOverview, FrameworkView } from "#server/features/compliance/views.ts";
import { frameworkOfUrl, stateOfUrl } from "./compliance-url.ts";
import { ControlTable } from "./control-table.tsx";
import { StateStrip } from "./state-strip.tsx";

const ControlPanel = dynamic(async () => (await import("./control-panel.tsx")).ControlPanel, {
  ssr: false,
});
const ExportOscal = dynamic(async () => (await import("./export-oscal.tsx")).ExportOscal, {
  ssr: false,
});

const REFRESH_MILLIS = 15_000;

interface ComplianceScreenProps {
  tenantId: string;
  overview: ComplianceOverview;
}

/** The frameworks with their controls; the one that the URL names stands open. */
export function ComplianceScreen({ tenantId, overview }: ComplianceScreenProps) {
  const t = useTranslations("compliance");
  const { compliance } = useMessages();
  const url = useUrlState();
  usePageRefresh(true, REFRESH_MILLIS);
  const chosen = frameworkOfUrl(url.params.get("framework"));
  const filter = stateOfUrl(url.params.get("state"));
  const controlId = url.params.get("control");
  const framework = overview.frameworks.find(({ id }) => id === chosen) as FrameworkView;
  const control = framework.controls.find(({ id }) => id === controlId);
  const words = (compliance.control as Record<string, Record<string, string>>)[chosen] ?? {};
  const titleOf = (id: string) => words[messageKey(id)] ?? id;
  const hrefWith = (patch: Record<string, string | null>) =>
    withParams(`/t/${tenantId}/compliance`, `?${url.params}`, patch);
  const shown = framework.controls.filter(({ state }) => !filter || state === filter);

  return (
    <AsOfProvider at={overview.asOf}>
      <PageHeader
        title={t("title")}
        {...(overview.lookedAt ? { asOf: overview.lookedAt } : {})}
        actions={
          <>
            <ExportOscal tenantId={tenantId} framework={chosen} />
            <RefreshButton />
          </>
        }
      />
      <p className="max-w-prose text-muted text-sm">{t("intro")}</p>
      <Tabs
        label={t("framework.label")}
        chosen={chosen}
        onChoose={(id) => url.change({ framework: id, control: null, state: null })}
        tabs={overview.frameworks.map(({ id, counts }) => ({
          name: id,
          // A name keeps its own direction (Unicode UAX #9, FSI and PDI).
          label: t("frameworkTab", {
            name: `\u2068${t(`framework.${id}`)}\u2069`,
            failing: counts.failing,
          }),
          content: !overview.lookedAt ? (
            <EmptyState title={t("title")}>{t("neverLooked")}</EmptyState>
          ) : (
            <div className="flex flex-col gap-4">
              <StateStrip
                label={t("strip.label")}
                states={framework.controls.map(({ state }) => state)}
                chosen={filter}
                hrefOf={(state) => hrefWith({ state, control: null })}
              />
              {shown.length === 0 ? (
                <FilteredEmptyState onClear={() => url.change({ state: null })} />
              ) : (
                <ControlTable
                  controls={shown}
                  chosen={controlId}
                  titleOf={titleOf}
                  hrefOf={(control) => hrefWith({ framework: chosen, control })}
                />
              )}
            </div>
          ),
        }))}
      />
      {control ? (
        <ControlPanel
          key={`${chosen} ${control.id}`}
          tenantId={tenantId}
          framework={framework}
          control={control}
          title={titleOf(control.id)}
          checks={overview.checks.filter(({ checkId }) => control.checks.includes(checkId))}
          onClose={() => url.change({ control: null })}
        />
      ) : null}
    </AsOfProvider>
  );
}
