import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, describe, expect, it, vi } from "vitest";
import common from "../../messages/en/common.json" with { type: "json" };
import { DataTable, type DataTableProps } from "./data-table.tsx";

const url = vi.hoisted(() => ({ params: new URLSearchParams() }));
vi.mock("next/navigation", () => ({
  usePathname: () => "/t/a/rotations",
  useRouter: () => ({ replace: () => undefined }),
  useSearchParams: () => url.params,
}));
beforeEach(() => {
  url.params = new URLSearchParams();
});

const LABEL = "Credentials";
const NOTHING = "nothing is bound";

interface Row {
  id: string;
  owner: string;
}
const COLUMNS: DataTableProps<Row>["columns"] = [
  { id: "name", label: "Name", cell: (row) => row.id, sortBy: "server" },
  { id: "owner", label: "Owner", cell: (row) => row.owner, sortBy: "server" },
];
const rows = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ id: `row-${n}`, owner: `team-${n}` }));

function html(change: Partial<DataTableProps<Row>> = {}): string {
  return renderToStaticMarkup(
    <NextIntlClientProvider locale="en" messages={{ common }} timeZone="UTC">
      <DataTable
        label={LABEL}
        columns={COLUMNS}
        rows={rows(3)}
        totalCount={3}
        rowId={(row) => row.id}
        defaultSort="name"
        selectedId={null}
        onOpen={() => undefined}
        onClearFilters={() => undefined}
        empty={<p>{NOTHING}</p>}
        {...change}
      />
    </NextIntlClientProvider>,
  );
}

describe("a table", () => {
  it("has a caption, one header a column and the order that is in force", () => {
    const text = html();
    expect(text).toContain("<caption");
    expect(text.match(/scope="col"/g)).toHaveLength(2);
    expect(text.match(/scope="row"/g)).toHaveLength(3);
    expect(text.match(/aria-sort="ascending"/g)).toHaveLength(1);
    expect(text).toContain('aria-rowcount="4"');
  });

  it("keeps order, hidden columns and height in the URL", () => {
    url.params = new URLSearchParams("sort=-owner&hide=owner&rows=compact");
    const text = html();
    expect(text.match(/scope="col"/g)).toHaveLength(1);
    expect(text).not.toContain("team-1");
    expect(text).toContain("h-7");
    url.params = new URLSearchParams("sort=-owner");
    expect(html()).toContain('aria-sort="descending"');
  });

  it("says how many of how many, and marks the open row", () => {
    const text = html({ totalCount: 253, selectedId: "row-1" });
    expect(text).toContain("3 of 253");
    expect(text.match(/aria-current="true"/g)).toHaveLength(1);
  });

  it("tells nothing at all from nothing that passes the filters", () => {
    expect(html({ rows: [], totalCount: 0 })).toContain("nothing is bound");
    const filtered = html({ rows: [], totalCount: 9 });
    expect(filtered).not.toContain("nothing is bound");
    expect(filtered).not.toContain("<table");
  });

  it("draws only the rows in sight of a long list", () => {
    expect(html({ rows: rows(200), totalCount: 200 }).match(/data-row-open/g)).toHaveLength(200);
    const long = html({ rows: rows(5_000), totalCount: 100_000 });
    expect(long).not.toContain("data-row-open");
    expect(long).toContain('aria-rowcount="5001"');
    expect(long).toContain("5,000 of 100,000");
  });
});
