import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { cx } from "#components/ui/cx.ts";
import type { DocumentRow } from "#server/engines/document-diff/document-rows.ts";
import { FOUND, foldRows } from "#server/engines/document-diff/fold-rows.ts";
import { DiffRow } from "./diff-row.tsx";
import { FoldedRun } from "./folded-run.tsx";

interface DiffLinesProps {
  rows: readonly DocumentRow[];
  isInline: boolean;
}

/** The lines of two documents, left to right in every language; long stretches without a difference folded. */
export function DiffLines({ rows, isInline }: DiffLinesProps) {
  const t = useTranslations("diff");
  const runs = useMemo(() => foldRows(rows), [rows]);
  const firsts = useMemo(() => firstLines(rows), [rows]);
  return (
    <div dir="ltr" className="text-start font-mono text-xs leading-5">
      <div
        className={cx(
          "hidden border-line border-b font-sans text-muted",
          !isInline && "@2xl:grid @2xl:grid-cols-2",
        )}
      >
        <p className="px-2 py-1">{t("desired")}</p>
        <p className="border-line border-s px-2 py-1">{t("live")}</p>
      </div>
      <ol>
        {runs.map((run) =>
          run.isFolded ? (
            <FoldedRun key={run.start} rows={run.rows} isInline={isInline} />
          ) : (
            run.rows.map((row, at) => (
              <DiffRow
                // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one document, in their order
                key={`${run.start}.${at}`}
                row={row}
                isInline={isInline}
                isFirst={firsts.has(row)}
              />
            ))
          ),
        )}
      </ol>
    </div>
  );
}

/** Where each difference begins. */
function firstLines(rows: readonly DocumentRow[]): ReadonlySet<DocumentRow> {
  const seen = new Set<string>();
  const firsts = new Set<DocumentRow>();
  for (const row of rows) {
    if (!FOUND.includes(row.mark) || seen.has(row.path)) continue;
    seen.add(row.path);
    firsts.add(row);
  }
  return firsts;
}
