"use client";
import dynamic from "next/dynamic";
import { useLocale, useTranslations } from "next-intl";
import { type ReactNode, useCallback, useMemo, useRef } from "react";
import { cx } from "#components/ui/cx.ts";
import { FilteredEmptyState } from "#components/ui/filtered-empty-state.tsx";
import type { Column } from "./column.ts";
import { DataRow } from "./data-row.tsx";
import { moveAlongRows } from "./row-keys.ts";
import { sortedRows } from "./sorting.ts";
import { TableHead } from "./table-head.tsx";
import { useTableUrlState } from "./use-table-url-state.ts";
import type { VirtualRows as VirtualRowsType } from "./virtual-rows.tsx";

const TableOptionsMenu = dynamic(
  async () => (await import("./table-options-menu.tsx")).TableOptionsMenu,
  { ssr: false },
);
const VirtualRows = dynamic(async () => (await import("./virtual-rows.tsx")).VirtualRows, {
  ssr: false,
}) as typeof VirtualRowsType;

/** From this many rows on, only those in sight are drawn. */
const MANY = 200;
const HEIGHTS = { comfortable: 36, compact: 28 };

export interface DataTableProps<Row> {
  label: string;
  /** Stable between renders; the first column opens the row and can't be hidden. */
  columns: readonly Column<Row>[];
  /** What passed the page's filters; stable between renders. */
  rows: readonly Row[];
  /** How many there are without filters; `null` when more may be loaded. */
  totalCount: number | null;
  rowId: (row: Row) => string;
  /** The order when the URL names none, as in the URL: `-age`. */
  defaultSort: string;
  selectedId: string | null;
  /** Stable between renders. */
  onOpen: (id: string) => void;
  onClearFilters: () => void;
  /** Shown when nothing exists at all. */
  empty: ReactNode;
  /** The filters of the page, at the beginning of the table's bar. */
  filters?: ReactNode;
  /** What follows the last row: "load older". */
  footer?: ReactNode;
}

/** A table with sorting, column choice, row height and keyboard, its state in the URL. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, totalCount, rowId, defaultSort, selectedId, onOpen } = props;
  const t = useTranslations("common.table");
  const locale = useLocale();
  const scroller = useRef<HTMLDivElement>(null);
  const sortedBy = columns.some((column) => column.sortBy === "server") ? "server" : "table";
  const url = useTableUrlState(defaultSort, sortedBy);
  const shown = useMemo(
    () => columns.filter((column, index) => index === 0 || !url.hidden.includes(column.id)),
    [columns, url.hidden],
  );
  const sorted = useMemo(
    () => sortedRows(rows, columns, url.sorting, locale),
    [rows, columns, url.sorting, locale],
  );
  const isMany = sorted.length > MANY;
  const draw = useCallback(
    (row: Row) => {
      const id = rowId(row);
      const rest = { columns: shown, density: url.density, onOpen };
      return <DataRow key={id} id={id} row={row} isSelected={id === selectedId} {...rest} />;
    },
    [rowId, shown, url.density, onOpen, selectedId],
  );

  return (
    <section
      aria-label={label}
      className="@container min-w-0 rounded-lg border border-line bg-raised"
    >
      <div className="flex min-h-12 flex-wrap items-center gap-2 border-line border-b px-3 py-2">
        {props.filters}
        <div className="ms-auto flex items-center gap-3">
          <p role="status" className="whitespace-nowrap text-muted text-sm">
            {totalCount === null || rows.length === totalCount
              ? t("count", { shown: rows.length })
              : t("countOf", { shown: rows.length, total: totalCount })}
          </p>
          <TableOptionsMenu
            columns={columns.slice(1)}
            hidden={url.hidden}
            onHide={url.setHidden}
            density={url.density}
            onDensity={url.setDensity}
          />
        </div>
      </div>
      {totalCount === 0 ? (
        props.empty
      ) : rows.length === 0 ? (
        <FilteredEmptyState onClear={props.onClearFilters} />
      ) : (
        <div
          ref={scroller}
          className={cx("relative overflow-x-auto", isMany && "max-h-[75dvh] overflow-y-auto")}
        >
          <table aria-rowcount={sorted.length + 1} className="w-full border-collapse text-sm">
            <caption className="sr-only">{label}</caption>
            <TableHead columns={shown} sorting={url.sorting} onSort={url.sortBy} />
            <tbody onKeyDown={moveAlongRows}>
              {isMany ? (
                <VirtualRows
                  rows={sorted}
                  rowId={rowId}
                  rowHeight={HEIGHTS[url.density]}
                  scroller={scroller}
                  columnCount={shown.length}
                  render={draw}
                />
              ) : (
                sorted.map(draw)
              )}
            </tbody>
          </table>
          {props.footer}
        </div>
      )}
    </section>
  );
}
