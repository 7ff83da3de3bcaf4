"use client";
import { useCallback, useMemo } from "react";
import type { Column } from "#components/data-table/column.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import { Time } from "#components/time/time.tsx";
import { AgeBar } from "#components/ui/age-bar.tsx";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Status, type Tone } from "#components/ui/status.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";

interface Sample {
  id: string;
  name: string;
  ageSeconds: number;
  next: Date;
  tone: Tone;
}

const START = Date.parse("2026-11-22T10:04:31Z");
const TONES: Tone[] = ["ok", "ok", "ok", "due", "danger", "unknown", "info"];
const columns: Column<Sample>[] = [
  { id: "name", label: "credential", cell: (row) => row.name, sortBy: (row) => row.name },
  {
    id: "age",
    label: "age",
    cell: (row) => <AgeBar ageSeconds={row.ageSeconds} limitSeconds={7_776_000} />,
    sortBy: (row) => row.ageSeconds,
  },
  {
    id: "next",
    label: "next",
    cell: (row) => <Time at={row.next} />,
    sortBy: (row) => row.next.getTime(),
    isWideOnly: true,
  },
  {
    id: "state",
    label: "state",
    cell: ({ tone }) => (
      <Status tone={tone} look="plain">
        {tone}
      </Status>
    ),
    sortBy: (row) => row.tone,
  },
];
const idOf = (row: Sample) => row.id;

function samples(count: number): Sample[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `row-${index}`,
    name: `credential-${String((index * 7919) % 1_000_003).padStart(7, "0")}`,
    ageSeconds: (index * 86_399) % 9_000_000,
    next: new Date(START + ((index * 7_321_123) % 7_776_000_000)),
    tone: TONES[index % TONES.length] ?? "ok",
  }));
}

/** A table of generated rows, for measuring and for pictures. */
export function HarnessTable({ count }: { count: number }) {
  const rows = useMemo(() => samples(count), [count]);
  const { params, change } = useUrlState();
  const selected = params.get("selected");
  const select = useCallback(
    (id: string | null) => change({ selected: id }, { push: true }),
    [change],
  );
  return (
    <>
      <PageHeader title={`${count}`} asOf={new Date(START)} />

      <DataTable
        label="harness"
        columns={columns}
        rows={rows}
        totalCount={count}
        rowId={idOf}
        defaultSort="name"
        selectedId={selected}
        onOpen={select}
        onClearFilters={() => {}}
        empty={<EmptyState title="0">{"0"}</EmptyState>}
      />
      {selected ? (
        <DetailPanel title={selected} onClose={() => select(null)}>
          <Identifier value={selected.repeat(8)} ends={8} />
        </DetailPanel>
      ) : null}
    </>
  );
}
