import type { Column } from "./column.ts";

/** Which column orders the rows, and whether the largest comes first. */
export interface Sorting {
  id: string;
  isDescending: boolean;
}

/** `-age` is age, largest first; the empty text keeps the order the rows came in. */
export function sortingOf(text: string): Sorting | null {
  if (text === "") return null;
  const isDescending = text.startsWith("-");
  return { id: isDescending ? text.slice(1) : text, isDescending };
}

/** The text that `sortingOf` reads. */
export function sortText(sorting: Sorting | null): string {
  return sorting ? `${sorting.isDescending ? "-" : ""}${sorting.id}` : "";
}

/** What a press on a column's name makes of the order: it first, then the other way round. */
export function nextSorting(sorting: Sorting | null, id: string): Sorting {
  return { id, isDescending: sorting?.id === id && !sorting.isDescending };
}

/**
 * The rows in the order asked for, as a new list. Equal rows keep their order; a row without a
 * value comes last whichever way round; a column that can't order, or by which the server does,
 * leaves the rows as they are.
 */
export function sortedRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | null,
  locale: string,
): readonly Row[] {
  const sortBy = columns.find((column) => column.id === sorting?.id)?.sortBy;
  if (!sorting || !sortBy || sortBy === "server") return rows;
  const collator = new Intl.Collator(locale, { numeric: true });
  const sign = sorting.isDescending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: sortBy(row) }));
  keyed.sort((one, other) => {
    if (one.key === null || other.key === null) {
      return Number(one.key === null) - Number(other.key === null);
    }
    if (typeof one.key === "number" && typeof other.key === "number") {
      return sign * (one.key - other.key);
    }
    return sign * collator.compare(String(one.key), String(other.key));
  });
  return keyed.map(({ row }) => row);
}
