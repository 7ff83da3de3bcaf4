import type { ReactNode } from "react";

interface ScrollingTableProps {
  label: string;
  columns: readonly { name: string; words: string }[];
  children: ReactNode;
}

/** A plain table that scrolls in its own region where it is too wide. */
export function ScrollingTable({ label, columns, children }: ScrollingTableProps) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      className="relative overflow-x-auto"
    >
      <table className="w-full text-sm [&_td_bdi]:whitespace-nowrap">
        <caption className="sr-only">{label}</caption>
        <thead className="text-muted text-xs">
          <tr className="border-line border-b">
            {columns.map(({ name, words }) => (
              <th key={name} scope="col" className="px-3 py-2 text-start font-medium">
                {words}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
