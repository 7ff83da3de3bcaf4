"use client";
import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { DataTable } from "#components/data-table/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";
import type { SinkView } from "#server/features/delivery/schema.ts";
import { useSinkColumns } from "./sink-columns.tsx";

const idOf = (row: SinkView) => row.sinkId;
const nothing = () => undefined;

/** The sinks with lag, rate and last error; a row opens its panel. */
export function SinksTable({ sinks }: { sinks: readonly SinkView[] }) {
  const t = useTranslations("delivery");
  const columns = useSinkColumns();
  const { params, change } = useUrlState();
  const open = useCallback((id: string) => change({ sink: id }, { push: true }), [change]);
  return (
    <DataTable
      label={t("tabs.sinks")}
      columns={columns}
      rows={sinks}
      totalCount={sinks.length}
      rowId={idOf}
      defaultSort="name"
      selectedId={params.get("sink")}
      onOpen={open}
      onClearFilters={nothing}
      empty={<EmptyState title={t("emptyTitle")}>{t("emptyBody")}</EmptyState>}
    />
  );
}
