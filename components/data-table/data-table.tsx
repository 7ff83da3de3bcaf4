"use client";
import { type ColumnDef, type RowData, useTable } from "@tanstack/react-table";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { type ReactNode, useCallback, useRef } from "react";
import { cx } from "#components/ui/cx.ts";
import { FilteredEmptyState } from "#components/ui/filtered-empty-state.tsx";
import { DataRow } from "./data-row.tsx";
import { moveAlongRows } from "./row-keys.ts";
import { type Features, features } from "./table-features.ts";
import { TableHead } from "./table-head.tsx";
import { TableOptionsMenu } from "./table-options-menu.tsx";
import { useTableUrlState } from "./use-table-url-state.ts";
import type { VirtualRows as VirtualRowsType } from "./virtual-rows.tsx";

const VirtualRows = dynamic(async () => (await import("./virtual-rows.tsx")).VirtualRows, {
  ssr: false,
}) as typeof VirtualRowsType;

/** From this many rows on, only those in sight are drawn. */
const MANY = 200;
const HEIGHTS = { comfortable: 36, compact: 28 };

export interface DataTableProps<Data extends RowData> {
  label: string;
  /** Stable between renders; the first column opens the row and can't be hidden. */
  // biome-ignore lint/suspicious/noExplicitAny: the library's own type of a list of mixed columns
  columns: ColumnDef<Features, Data, any>[];
  /** What passed the page's filters; stable between renders. */
  rows: readonly Data[];
  /** How many there are without filters. */
  totalCount: number;
  rowId: (row: Data) => string;
  /** The order when the URL names none, as in the URL: `-age`. */
  defaultSort: string;
  selectedId: string | null;
  onOpen: (id: string) => void;
  onClearFilters: () => void;
  /** Shown when nothing exists at all. */
  empty: ReactNode;
  /** The filters of the page, at the beginning of the table's bar. */
  filters?: ReactNode;
}

/** A table with sorting, column choice, row height and keyboard, its state in the URL. */
export function DataTable<Data extends RowData>(props: DataTableProps<Data>) {
  const { label, columns, rows, totalCount, rowId, defaultSort, selectedId, onOpen } = props;
  const t = useTranslations("common.table");
  const scroller = useRef<HTMLDivElement>(null);
  const url = useTableUrlState(defaultSort);
  const table = useTable({
    features,
    columns,
    data: rows as Data[],
    getRowId: rowId,
    enableSortingRemoval: false,
    state: { sorting: url.sorting, columnVisibility: url.visibility },
    onSortingChange: (change) =>
      url.setSorting(typeof change === "function" ? change(url.sorting) : change),
  });
  const latestOpen = useRef(onOpen);
  latestOpen.current = onOpen;
  const open = useCallback((id: string) => latestOpen.current(id), []);

  const modelRows = table.getRowModel().rows;
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
  const shown = headers.map((header) => header.id).join();
  const isMany = modelRows.length > MANY;
  const draw = (row: (typeof modelRows)[number]) => (
    <DataRow
      key={row.id}
      row={row}
      density={url.density}
      isSelected={row.id === selectedId}
      onOpen={open}
      shown={shown}
    />
  );

  return (
    <section aria-label={label} className="min-w-0 rounded-lg border border-line bg-raised">
      <div className="flex min-h-12 flex-wrap items-center gap-2 border-line border-b px-3 py-2">
        {props.filters}
        <p role="status" className="ms-auto text-muted text-sm">
          {rows.length === totalCount
            ? t("count", { shown: totalCount })
            : t("countOf", { shown: rows.length, total: totalCount })}
        </p>
        <TableOptionsMenu
          columns={table
            .getAllLeafColumns()
            .slice(1)
            .map(({ id, columnDef }) => ({ id, label: columnDef.meta?.label ?? id }))}
          hidden={url.hidden}
          onHide={url.setHidden}
          density={url.density}
          onDensity={url.setDensity}
        />
      </div>
      {totalCount === 0 ? (
        props.empty
      ) : rows.length === 0 ? (
        <FilteredEmptyState onClear={props.onClearFilters} />
      ) : (
        <div
          ref={scroller}
          className={cx("overflow-x-auto", isMany && "max-h-[75dvh] overflow-y-auto")}
        >
          <table aria-rowcount={modelRows.length + 1} className="w-full border-collapse">
            <caption className="sr-only">{label}</caption>
            <TableHead headers={headers} />
            <tbody onKeyDown={moveAlongRows}>
              {isMany ? (
                <VirtualRows
                  rows={modelRows}
                  rowHeight={HEIGHTS[url.density]}
                  scroller={scroller}
                  columnCount={headers.length}
                  render={draw}
                />
              ) : (
                modelRows.map(draw)
              )}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
