"use client";
import type { SortingState } from "@tanstack/react-table";
import { parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useMemo } from "react";
import { sortingOf, sortText } from "./sort-text.ts";

export const DENSITIES = ["comfortable", "compact"] as const;
export type Density = (typeof DENSITIES)[number];

const PARSERS = {
  sort: parseAsString.withDefault(""),
  hide: parseAsArrayOf(parseAsString).withDefault([]),
  rows: parseAsStringLiteral(DENSITIES).withDefault("comfortable"),
};

/** Sort, hidden columns and row height of a table, kept in the URL. */
export function useTableUrlState(defaultSort: string) {
  const [state, set] = useQueryStates(PARSERS, { history: "replace" });
  const sort = state.sort || defaultSort;
  return useMemo(
    () => ({
      density: state.rows,
      setDensity: (rows: Density) => set({ rows }),
      sorting: sortingOf(sort),
      setSorting: (next: SortingState) => set({ sort: sortText(next) }),
      visibility: Object.fromEntries(state.hide.map((id) => [id, false])),
      hidden: state.hide,
      setHidden: (hide: string[]) => set({ hide: hide.length > 0 ? hide : null }),
    }),
    [state.rows, state.hide, sort, set],
  );
}
