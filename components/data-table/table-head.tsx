"use client";
import type { Header, RowData } from "@tanstack/react-table";
import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { cx } from "#components/ui/cx.ts";
import type { Features } from "./table-features.ts";

interface TableHeadProps<Data extends RowData> {
  headers: readonly Header<Features, Data>[];
}

const ORDERS = { asc: "ascending", desc: "descending" } as const;

/** The names of the columns; each that can order the rows is a button that does. */
export function TableHead<Data extends RowData>({ headers }: TableHeadProps<Data>) {
  return (
    <thead className="sticky top-0 z-10 bg-raised">
      <tr>
        {headers.map(({ id, column }) => {
          const meta = column.columnDef.meta;
          const order = column.getIsSorted();
          const Icon = order === "asc" ? ArrowUp : order === "desc" ? ArrowDown : ChevronsUpDown;
          return (
            <th
              key={id}
              scope="col"
              aria-sort={order ? ORDERS[order] : undefined}
              className={cx(
                "h-9 whitespace-nowrap px-3 text-start font-medium text-muted text-xs shadow-[inset_0_-1px_0_var(--line)]",
                meta?.align === "end" && "text-end",
                meta?.isWideOnly && "hidden md:table-cell",
              )}
            >
              {column.getCanSort() ? (
                <button
                  type="button"
                  onClick={column.getToggleSortingHandler()}
                  className={cx(
                    "group inline-flex min-h-6 items-center gap-1 hover:text-text",
                    order && "text-text",
                  )}
                >
                  {meta?.label}
                  <Icon
                    aria-hidden
                    className={cx(
                      "size-3.5",
                      !order && "opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100",
                    )}
                  />
                </button>
              ) : (
                meta?.label
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
