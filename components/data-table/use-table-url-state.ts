"use client";
import { useMemo } from "react";
import { useUrlState, useUrlVisit } from "#components/url/use-url-state.ts";
import { nextSorting, sortingOf, sortText } from "./sorting.ts";

export const DENSITIES = ["comfortable", "compact"] as const;
export type Density = (typeof DENSITIES)[number];

/**
 * Sort, hidden columns and row height of a table, kept in the URL. `sortedBy` says who puts the
 * rows in order: the table itself, or the server, which is then asked anew.
 */
export function useTableUrlState(defaultSort: string, sortedBy: "table" | "server") {
  const { params, change } = useUrlState();
  const { visit } = useUrlVisit();
  const sort = params.get("sort") ?? defaultSort;
  const hide = params.get("hide") ?? "";
  const density: Density = params.get("rows") === "compact" ? "compact" : "comfortable";
  return useMemo(() => {
    const hidden = hide.split(",").filter(Boolean);
    const sorting = sortingOf(sort);
    const setSort = sortedBy === "server" ? visit : change;
    return {
      density,
      setDensity: (next: Density) => change({ rows: next === "comfortable" ? null : next }),
      sorting,
      sortBy: (id: string) => setSort({ sort: sortText(nextSorting(sorting, id)) }),
      hidden,
      setHidden: (next: string[]) => change({ hide: next.join(",") }),
    };
  }, [density, sort, hide, change, visit, sortedBy]);
}
