"use client";
import type { Row, RowData } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import type { ReactNode, RefObject } from "react";
import type { Features } from "./table-features.ts";

interface VirtualRowsProps<Data extends RowData> {
  rows: readonly Row<Features, Data>[];
  rowHeight: number;
  scroller: RefObject<HTMLElement | null>;
  columnCount: number;
  render: (row: Row<Features, Data>) => ReactNode;
}

function Spacer({ height, columnCount }: { height: number; columnCount: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={columnCount} height={height} />
    </tr>
  );
}

/** The rows in sight and a few around them, between two spacers; for tables of any length. */
export function VirtualRows<Data extends RowData>(props: VirtualRowsProps<Data>) {
  const { rows, rowHeight, scroller, columnCount, render } = props;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 12,
  });
  const items = virtualizer.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <>
      <Spacer height={before} columnCount={columnCount} />
      {items.map((item) => {
        const row = rows[item.index];
        return row ? render(row) : null;
      })}
      <Spacer height={after} columnCount={columnCount} />
    </>
  );
}
