"use client";
import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { cx } from "#components/ui/cx.ts";
import type { Column } from "./column.ts";
import type { Sorting } from "./sorting.ts";

interface TableHeadProps<Row> {
  columns: readonly Column<Row>[];
  sorting: Sorting | null;
  onSort: (id: string) => void;
}

/** The names of the columns; each that can order the rows is a button that does. */
export function TableHead<Row>({ columns, sorting, onSort }: TableHeadProps<Row>) {
  return (
    <thead className="sticky top-0 z-10 bg-raised">
      <tr>
        {columns.map(({ id, label, sortBy, align, isWideOnly }) => {
          const isSorted = sorting?.id === id && sortBy !== undefined;
          const Icon = !isSorted ? ChevronsUpDown : sorting.isDescending ? ArrowDown : ArrowUp;
          return (
            <th
              key={id}
              scope="col"
              aria-sort={isSorted ? (sorting.isDescending ? "descending" : "ascending") : undefined}
              className={cx(
                "h-9 whitespace-nowrap px-2.5 text-start first:ps-3 font-medium text-muted text-xs shadow-[inset_0_-1px_0_var(--line)]",
                align === "end" && "text-end",
                isWideOnly && "hidden @3xl:table-cell",
              )}
            >
              {sortBy ? (
                <button
                  type="button"
                  onClick={() => onSort(id)}
                  className={cx(
                    "group inline-flex min-h-6 items-center gap-1 hover:text-text",
                    isSorted && "text-text",
                  )}
                >
                  {label}
                  <Icon
                    aria-hidden
                    className={cx(
                      "size-3.5",
                      !isSorted &&
                        "opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100",
                    )}
                  />
                </button>
              ) : (
                label
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
