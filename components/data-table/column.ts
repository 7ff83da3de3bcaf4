import type { ReactNode } from "react";

/** One column of a table of `Row`s. */
export interface Column<Row> {
  /** Stands in the URL when the table is sorted by it or it is hidden. */
  id: string;
  /** Its name on screen. */
  label: string;
  cell: (row: Row) => ReactNode;
  /**
   * What the table orders the rows by, `null` last; `"server"` when the server does by this id.
   * A column without it can't order them.
   */
  sortBy?: ((row: Row) => string | number | null) | "server";
  align?: "end";
  /** Left out where the table is narrow (a phone, or beside an open panel): the detail says it. */
  isWideOnly?: boolean;
}
