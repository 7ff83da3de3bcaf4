"use client";
import { useVirtualizer } from "@tanstack/react-virtual";
import type { ReactNode, RefObject } from "react";

interface VirtualRowsProps<Row> {
  rows: readonly Row[];
  rowId: (row: Row) => string;
  /** Pixels. */
  rowHeight: number;
  scroller: RefObject<HTMLElement | null>;
  columnCount: number;
  render: (row: Row) => ReactNode;
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
export function VirtualRows<Row>(props: VirtualRowsProps<Row>) {
  const { rows, rowId, rowHeight, scroller, columnCount, render } = props;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowId(row);
    },
    overscan: 12,
  });
  const items = virtualizer.getVirtualItems();
  return (
    <>
      <Spacer height={items[0]?.start ?? 0} columnCount={columnCount} />
      {items.map((item) => {
        const row = rows[item.index];
        return row === undefined ? null : render(row);
      })}
      <Spacer
        height={virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0)}
        columnCount={columnCount}
      />
    </>
  );
}
