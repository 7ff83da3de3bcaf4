"use client";
import { FlexRender, type Row, type RowData } from "@tanstack/react-table";
import { memo } from "react";
import { cx } from "#components/ui/cx.ts";
import type { Features } from "./table-features.ts";
import type { Density } from "./use-table-url-state.ts";

interface DataRowProps<Data extends RowData> {
  row: Row<Features, Data>;
  density: Density;
  isSelected: boolean;
  onOpen: (id: string) => void;
  /** The names of the columns shown: a change of them draws the row again. */
  shown: string;
}

function DataRowInner<Data extends RowData>({
  row,
  density,
  isSelected,
  onOpen,
}: DataRowProps<Data>) {
  return (
    <tr
      onClick={(event) => {
        const isControl = event.target instanceof Element && event.target.closest("button, a");
        if (!isControl) onOpen(row.id);
      }}
      className={cx(
        "cursor-pointer border-line border-b last:border-b-0 hover:bg-hover",
        isSelected && "bg-selected hover:bg-selected",
      )}
    >
      {row.getVisibleCells().map((cell, index) => {
        const meta = cell.column.columnDef.meta;
        const classes = cx(
          "px-3 text-start font-normal",
          density === "compact" ? "h-7" : "h-9",
          meta?.align === "end" && "text-end",
          meta?.isWideOnly && "hidden md:table-cell",
        );
        return index === 0 ? (
          <th key={cell.id} scope="row" className={classes}>
            <button
              type="button"
              data-row-open={row.id}
              aria-current={isSelected ? "true" : undefined}
              onClick={() => onOpen(row.id)}
              className="min-h-6 text-start font-medium hover:underline"
            >
              <FlexRender cell={cell} />
            </button>
          </th>
        ) : (
          <td key={cell.id} className={classes}>
            <FlexRender cell={cell} />
          </td>
        );
      })}
    </tr>
  );
}

/** One row; its first cell holds the button that opens it. */
export const DataRow = memo(DataRowInner) as typeof DataRowInner;
