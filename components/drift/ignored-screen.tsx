"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import type { Column } from "#components/data-table/column.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";
import type { IgnoreRules, IgnoreRuleView } from "#server/features/drift/views.ts";
import { DriftPages } from "./drift-pages.tsx";
import { idOf } from "./drift-url.ts";
import { IgnoredWhat, IgnoredWhere, RuleState } from "./ignore-words.tsx";

const IgnoredPanel = dynamic(async () => (await import("./ignored-panel.tsx")).IgnoredPanel, {
  ssr: false,
});
const IgnoreForm = dynamic(async () => (await import("./ignore-form.tsx")).IgnoreForm, {
  ssr: false,
});

interface IgnoredScreenProps {
  tenantId: string;
  loaded: IgnoreRules;
  mayIgnore: boolean;
}

const REFRESH_MILLIS = 15_000;
const ruleIdOf = (rule: IgnoreRuleView) => rule.ruleId;
/** What the URL leaves behind when the form is closed. */
const FORM_PARAMS = ["rule", "kind", "expression", "apiGroup", "objectKind", "namespace", "name"];
const CLOSED = Object.fromEntries(FORM_PARAMS.map((name) => [name, null]));

/** Every ignore rule with what it hides now: in force first, then expired, then ended. */
export function IgnoredScreen({ tenantId, loaded, mayIgnore }: IgnoredScreenProps) {
  const t = useTranslations("drift.ignored");
  const acts = useTranslations("drift.act");
  const { params, change } = useUrlState();
  usePageRefresh(true, REFRESH_MILLIS);
  const columns = useColumns();
  const open = useCallback((rule: string) => change({ rule }, { push: true }), [change]);
  const close = () => change(CLOSED);
  const asked = params.get("rule");
  const selected = idOf(asked);
  const mayNot = mayIgnore ? null : acts("mayNotIgnore");
  return (
    <AsOfProvider at={loaded.asOf}>
      <PageHeader
        title={t("title")}
        asOf={loaded.asOf}
        actions={
          <>
            <Button
              size="sm"
              look="primary"
              disabledReason={mayNot}
              onClick={() => change({ rule: "new" })}
            >
              {t("new")}
            </Button>
            <RefreshButton />
          </>
        }
      />
      <DriftPages tenantId={tenantId} />
      <p className="max-w-prose text-muted text-sm">{t("intro")}</p>
      <DataTable
        label={t("title")}
        columns={columns}
        rows={loaded.rules}
        totalCount={loaded.rules.length}
        rowId={ruleIdOf}
        defaultSort=""
        selectedId={selected}
        onOpen={open}
        onClearFilters={close}
        empty={<EmptyState title={t("emptyTitle")}>{t("emptyBody")}</EmptyState>}
      />
      {selected ? (
        <IgnoredPanel
          key={selected}
          tenantId={tenantId}
          ruleId={selected}
          mayNot={mayNot}
          onClose={close}
        />
      ) : null}
      {asked === "new" && mayIgnore ? (
        <IgnoreForm tenantId={tenantId} rule={null} onClose={close} />
      ) : null}
    </AsOfProvider>
  );
}

function useColumns(): Column<IgnoreRuleView>[] {
  const t = useTranslations("drift.ignored");
  return useMemo(
    () => [
      {
        id: "what",
        label: t("columns.what"),
        cell: ({ spec }) => <IgnoredWhat spec={spec} />,
        sortBy: ({ spec }) => spec.expression,
      },
      {
        id: "where",
        label: t("columns.where"),
        cell: ({ spec }) => <IgnoredWhere spec={spec} />,
        isWideOnly: true,
      },
      { id: "state", label: t("columns.state"), cell: ({ state }) => <RuleState state={state} /> },
      {
        id: "hides",
        label: t("columns.hides"),
        cell: ({ hides, state }) =>
          hides.objects === 0 ? (
            <span className="text-muted">{t("hidesNothing")}</span>
          ) : (
            t(state === "trial" ? "wouldHide" : "hides", {
              objects: hides.objects,
              differences: hides.differences,
            })
          ),
        sortBy: ({ hides }) => hides.objects,
      },
      {
        id: "owner",
        label: t("columns.owner"),
        cell: ({ owner }) => owner,
        sortBy: ({ owner }) => owner,
        isWideOnly: true,
      },
      {
        id: "reason",
        label: t("columns.reason"),
        cell: ({ reason }) => (
          <span className="block max-w-60 truncate" data-tip={reason}>
            {reason}
          </span>
        ),
        isWideOnly: true,
      },
      {
        id: "expires",
        label: t("columns.expires"),
        cell: ({ expiresAt }) => <Time at={expiresAt} />,
        sortBy: ({ expiresAt }) => expiresAt.getTime(),
        isWideOnly: true,
      },
    ],
    [t],
  );
}
