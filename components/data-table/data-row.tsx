"use client";
import { memo } from "react";
import { cx } from "#components/ui/cx.ts";
import type { Column } from "./column.ts";
import type { Density } from "./use-table-url-state.ts";

interface DataRowProps<Row> {
  id: string;
  row: Row;
  /** The columns shown, the one that opens the row first. */
  columns: readonly Column<Row>[];
  density: Density;
  isSelected: boolean;
  onOpen: (id: string) => void;
}

function DataRowInner<Row>({ id, row, columns, density, isSelected, onOpen }: DataRowProps<Row>) {
  return (
    <tr
      onClick={(event) => {
        const isControl = event.target instanceof Element && event.target.closest("button, a");
        if (!isControl) onOpen(id);
      }}
      className={cx(
        "cursor-pointer border-line border-b last:border-b-0",
        isSelected ? "bg-selected" : "hover:bg-hover",
      )}
    >
      {columns.map((column, index) => {
        const classes = cx(
          "px-2.5 text-start first:ps-3 font-normal",
          density === "compact" ? "h-7" : "h-9",
          column.align === "end" && "text-end",
          column.isWideOnly && "hidden @3xl:table-cell",
        );
        return index === 0 ? (
          <th key={column.id} scope="row" className={classes}>
            <button
              type="button"
              data-row-open={id}
              aria-current={isSelected ? "true" : undefined}
              onClick={() => onOpen(id)}
              className="min-h-6 whitespace-nowrap text-start font-medium hover:underline"
            >
              {column.cell(row)}
            </button>
          </th>
        ) : (
          <td key={column.id} className={classes}>
            {column.cell(row)}
          </td>
        );
      })}
    </tr>
  );
}

/** One row; its first cell holds the button that opens it. */
export const DataRow = memo(DataRowInner) as typeof DataRowInner;
