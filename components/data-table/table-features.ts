import {
  columnVisibilityFeature,
  createSortedRowModel,
  metaHelper,
  rowSortingFeature,
  sortFn_basic,
  sortFn_text,
  tableFeatures,
} from "@tanstack/react-table";

export interface ColumnMeta {
  /** The column's name on screen. */
  label: string;
  align?: "end";
  /** Left out on a phone, where the detail panel says it. */
  isWideOnly?: boolean;
}

/** What our tables can do; nothing else of the library is loaded. */
export const features = tableFeatures({
  columnMeta: metaHelper<ColumnMeta>(),
  columnVisibilityFeature,
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { text: sortFn_text, basic: sortFn_basic },
});

export type Features = typeof features;
