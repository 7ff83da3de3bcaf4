"use client";
import { useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { FilteredEmptyState } from "#components/ui/filtered-empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { withParams } from "#components/url/url-text.ts";
import { useUrlState } from "#components/url/use-url-state.ts";
import type { Threats } from "#server/features/compliance/views.ts";
import { stateOfUrl } from "./compliance-url.ts";
import { StateStrip } from "./state-strip.tsx";
import { ThreatCard } from "./threat-card.tsx";

const REFRESH_MILLIS = 15_000;

/** The platform's threats, what stands in their way, and whether that holds now. */
export function ThreatsScreen({ tenantId, model }: { tenantId: string; model: Threats }) {
  const t = useTranslations("compliance");
  const url = useUrlState();
  usePageRefresh(true, REFRESH_MILLIS);
  const filter = stateOfUrl(url.params.get("state"));
  const shown = model.threats.filter(({ state }) => !filter || state === filter);
  return (
    <AsOfProvider at={model.asOf}>
      <PageHeader
        title={t("threatsTitle")}
        {...(model.lookedAt ? { asOf: model.lookedAt } : {})}
        actions={<RefreshButton />}
      />
      <p className="max-w-prose text-muted text-sm">{t("threatsIntro")}</p>
      {model.lookedAt ? (
        <>
          <StateStrip
            label={t("strip.threats")}
            states={model.threats.map(({ state }) => state)}
            chosen={filter}
            hrefOf={(state) =>
              withParams(`/t/${tenantId}/compliance/threats`, `?${url.params}`, { state })
            }
          />
          {shown.length === 0 ? (
            <FilteredEmptyState onClear={() => url.change({ state: null })} />
          ) : null}
          <div className="grid items-start gap-4 xl:grid-cols-2">
            {shown.map((threat) => (
              <ThreatCard
                key={threat.id}
                tenantId={tenantId}
                threat={threat}
                checks={model.checks}
              />
            ))}
          </div>
        </>
      ) : (
        <EmptyState title={t("threatsTitle")}>{t("neverLooked")}</EmptyState>
      )}
    </AsOfProvider>
  );
}
