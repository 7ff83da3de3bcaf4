"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useMemo } from "react";
import type { z } from "zod";
import type { Column } from "#components/data-table/column.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import { ClockTime } from "#components/time/clock-time.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { ExportView } from "#server/features/evidence/schema.ts";
import { QueryText } from "./query-text.tsx";

type ExportRow = z.output<typeof ExportView>;

const TONES: Record<ExportRow["state"], Tone> = { begun: "info", ended: "ok", aborted: "danger" };
const idOf = (row: ExportRow) => row.exportId;
const nothing = () => undefined;

/** The newest exports, also those that broke off. */
export function ExportList({ exports }: { exports: readonly ExportRow[] }) {
  const t = useTranslations("packs.exports");
  const tPacks = useTranslations("packs");
  const format = useFormatter();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words change with the language only, which loads the page anew
  const columns = useMemo<readonly Column<ExportRow>[]>(
    () => [
      {
        id: "query",
        label: tPacks("columns.query"),
        cell: (row) => <QueryText query={row.query} />,
      },
      {
        id: "state",
        label: tPacks("columns.state"),
        cell: (row) => <Status tone={TONES[row.state]}>{t(`states.${row.state}`)}</Status>,
      },
      { id: "format", label: t("format"), cell: (row) => row.format.toUpperCase() },
      {
        id: "events",
        label: t("events"),
        align: "end",
        cell: (row) => format.number(row.events),
      },
      { id: "begun", label: t("begun"), cell: (row) => <ClockTime at={row.begunAt} /> },
      {
        id: "ended",
        label: t("ended"),
        isWideOnly: true,
        cell: (row) => (row.endedAt ? <ClockTime at={row.endedAt} /> : "—"),
      },
    ],
    [],
  );
  return (
    <DataTable
      label={tPacks("tabs.exports")}
      columns={columns}
      rows={exports}
      totalCount={exports.length}
      rowId={idOf}
      defaultSort=""
      selectedId={null}
      onOpen={nothing}
      onClearFilters={nothing}
      empty={<EmptyState title={t("emptyTitle")}>{t("emptyBody")}</EmptyState>}
    />
  );
}
