import type { ReactNode } from "react";

/** One column of a table of `Row`s. */
export interface Column<Row> {
  /** Stands in the URL when the table is sorted by it or it is hidden. */
  id: string;
  /** Its name on screen. */
  label: string;
  cell: (row: Row) => ReactNode;
  /** What the rows are ordered by; a column without it can't order them. `null` comes last. */
  sortBy?: (row: Row) => string | number | null;
  align?: "end";
  /** Left out on a phone, where the detail panel says it. */
  isWideOnly?: boolean;
}
