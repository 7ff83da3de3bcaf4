"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { type ReactNode, useCallback, useRef } from "react";
import { moveAlongRows } from "#components/data-table/row-keys.ts";
import type { VirtualRows as VirtualRowsType } from "#components/data-table/virtual-rows.tsx";
import { cx } from "#components/ui/cx.ts";
import type { AwayClusters } from "./away-clusters.ts";
import { COLUMN_COUNT, DriftRow } from "./drift-row.tsx";
import type { DriftLine } from "./drift-rows.ts";

const VirtualRows = dynamic(
  async () => (await import("#components/data-table/virtual-rows.tsx")).VirtualRows,
  { ssr: false },
) as typeof VirtualRowsType;

/** From this many lines on, only those in sight are drawn. */
const MANY = 200;
/** Pixels: `h-13` and its border. */
const LINE_HEIGHT = 53;

interface DriftTableProps {
  tenantId: string;
  lines: readonly DriftLine[];
  selected: string | null;
  away: AwayClusters;
  onOpen: (findingId: string) => void;
  onToggle: (groupId: string) => void;
  onMore: () => void;
  footer: ReactNode;
}

const idOf = (line: DriftLine) => line.id;
const HEADS = ["what", "severity", "state", "blast", "cause", "first", "last"] as const;
const MIDDLE: readonly string[] = ["severity", "state"];
const WIDE: readonly string[] = ["blast", "cause", "first", "last"];

/** The causes, the worst first, each with its objects below it when it stands open. */
export function DriftTable(props: DriftTableProps) {
  const { lines, footer, ...row } = props;
  const t = useTranslations("drift");
  const scroller = useRef<HTMLElement>(null);
  const isMany = lines.length > MANY;
  const { tenantId, selected, away, onOpen, onToggle, onMore } = row;
  const draw = useCallback(
    (line: DriftLine) => (
      <DriftRow
        key={line.id}
        line={line}
        {...{ tenantId, selected, away, onOpen, onToggle, onMore }}
      />
    ),
    [tenantId, selected, away, onOpen, onToggle, onMore],
  );
  return (
    <section
      ref={scroller}
      aria-label={t("title")}
      className={cx("relative overflow-x-auto", isMany && "max-h-[75dvh] overflow-y-auto")}
      tabIndex={isMany ? 0 : undefined}
    >
      <table aria-rowcount={lines.length + 1} className="w-full border-collapse text-sm">
        <caption className="sr-only">{t("title")}</caption>
        <thead className="sticky top-0 z-10 bg-raised">
          <tr className="text-muted text-xs shadow-[inset_0_-1px_0_var(--line)]">
            <td className="h-9 w-9" />
            {HEADS.map((name) => (
              <th
                key={name}
                scope="col"
                className={cx(
                  "whitespace-nowrap px-2.5 text-start font-medium",
                  name === "what" && "ps-1",
                  MIDDLE.includes(name) && "hidden @3xl:table-cell",
                  WIDE.includes(name) && "hidden @4xl:table-cell",
                )}
              >
                {t(`columns.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={moveAlongRows}>
          {isMany ? (
            <VirtualRows
              rows={lines}
              rowId={idOf}
              rowHeight={LINE_HEIGHT}
              scroller={scroller}
              columnCount={COLUMN_COUNT}
              render={draw}
            />
          ) : (
            lines.map(draw)
          )}
        </tbody>
      </table>
      {footer}
    </section>
  );
}
