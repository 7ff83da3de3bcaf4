"use client";
import { useMemo } from "react";
import { useUrlState } from "#components/url/use-url-state.ts";
import { nextSorting, sortingOf, sortText } from "./sorting.ts";

export const DENSITIES = ["comfortable", "compact"] as const;
export type Density = (typeof DENSITIES)[number];

/** Sort, hidden columns and row height of a table, kept in the URL. */
export function useTableUrlState(defaultSort: string) {
  const { params, change } = useUrlState();
  const sort = params.get("sort") ?? defaultSort;
  const hide = params.get("hide") ?? "";
  const density: Density = params.get("rows") === "compact" ? "compact" : "comfortable";
  return useMemo(() => {
    const hidden = hide.split(",").filter(Boolean);
    const sorting = sortingOf(sort);
    return {
      density,
      setDensity: (next: Density) => change({ rows: next === "comfortable" ? null : next }),
      sorting,
      sortBy: (id: string) => change({ sort: sortText(nextSorting(sorting, id)) }),
      hidden,
      setHidden: (next: string[]) => change({ hide: next.join(",") }),
    };
  }, [density, sort, hide, change]);
}
