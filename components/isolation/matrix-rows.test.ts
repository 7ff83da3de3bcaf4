import { expect, test } from "vitest";
import type { CellState } from "#server/engines/isolation/fact.ts";
import type { MatrixRow } from "#server/features/isolation/views.ts";
import { filterOf, rowsFor } from "./matrix-rows.ts";

function row(tenant: string, state: CellState, residency: CellState = "verified"): MatrixRow {
  return {
    tenant,
    displayName: `Shop ${tenant.toUpperCase()}`,
    model: "pool",
    regions: ["muscat"],
    observedAt: null,
    cells: [{ layer: "network", model: "pool", state, since: null, findings: 0 }],
    residency: { state: residency, since: null, findings: 0 },
  };
}
const ROWS = Array.from({ length: 120 }, (_, at) =>
  row(`t${at}`, at % 10 === 0 ? "violated" : "verified", at === 7 ? "violated" : "verified"),
);
const shown = (query: string) => rowsFor(ROWS, filterOf(new URLSearchParams(query)));

test("a page at a time, and never beyond the last", () => {
  expect(shown("").shown).toHaveLength(50);
  expect(shown("page=3")).toMatchObject({ page: 3, pages: 3 });
  expect(shown("page=3").shown).toHaveLength(20);
  expect(shown("page=99").page).toBe(3);
  expect(shown("page=-1&state=nonsense").page).toBe(1);
});

test("by state, by residency, by name", () => {
  expect(shown("state=violated").matching).toHaveLength(12);
  expect(shown("residency=violated").matching.map(({ tenant }) => tenant)).toEqual(["t7"]);
  expect(shown("q=SHOP%20T11").matching).toHaveLength(11);
  expect(shown("q=nobody")).toMatchObject({ shown: [], pages: 1, page: 1 });
});
