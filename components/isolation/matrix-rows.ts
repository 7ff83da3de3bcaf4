import { CELL_STATES, type CellState } from "#server/engines/isolation/fact.ts";
import type { MatrixRow } from "#server/features/isolation/views.ts";

export const ROWS_A_PAGE = 50;

export interface MatrixFilter {
  /** Tenants with a cell in this state. */
  state: CellState | null;
  /** Only tenants with something outside their regions. */
  isOutside: boolean;
  text: string;
  /** From 1. */
  page: number;
}

/** The filter that a URL names. */
export function filterOf(params: { get(name: string): string | null }): MatrixFilter {
  const page = Number(params.get("page"));
  return {
    state: CELL_STATES.find((each) => each === params.get("state")) ?? null,
    isOutside: params.get("residency") === "violated",
    text: params.get("q") ?? "",
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

/** The rows that match, and those of them that stand on the page. */
export function rowsFor(rows: readonly MatrixRow[], filter: MatrixFilter) {
  const text = filter.text.trim().toLowerCase();
  const matching = rows.filter(
    ({ tenant, displayName, cells, residency }) =>
      (filter.state === null || cells.some(({ state }) => state === filter.state)) &&
      (!filter.isOutside || residency.state === "violated") &&
      (text === "" || tenant.includes(text) || displayName.toLowerCase().includes(text)),
  );
  const pages = Math.max(1, Math.ceil(matching.length / ROWS_A_PAGE));
  const page = Math.min(filter.page, pages);
  return {
    matching,
    pages,
    page,
    shown: matching.slice((page - 1) * ROWS_A_PAGE, page * ROWS_A_PAGE),
  };
}
