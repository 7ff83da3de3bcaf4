"use client";
import { UnfoldVertical } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { DocumentRow } from "#server/engines/document-diff/document-rows.ts";
import { DiffRow } from "./diff-row.tsx";

/** A whole file may be one stretch: this many more lines are drawn at a press. */
const STEP = 400;

interface FoldedRunProps {
  rows: readonly DocumentRow[];
  isInline: boolean;
}

/** A stretch without a difference: one line that says how long it is, and opens it. */
export function FoldedRun({ rows, isInline }: FoldedRunProps) {
  const t = useTranslations("diff");
  const [shown, setShown] = useState(0);
  const left = rows.length - shown;
  return (
    <>
      {rows.slice(0, shown).map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one document, in their order
        <DiffRow key={at} row={row} isInline={isInline} isFirst={false} />
      ))}
      {left > 0 ? (
        <li className="border-line border-y bg-sunken">
          <button
            type="button"
            onClick={() => setShown(shown + STEP)}
            className="flex min-h-6 w-full items-center gap-2 px-1.5 text-start font-sans text-muted hover:bg-hover hover:text-text focus-visible:outline-offset-[-2px]"
          >
            <UnfoldVertical aria-hidden className="size-3.5 shrink-0" />
            {t("folded", { count: left })}
          </button>
        </li>
      ) : null}
    </>
  );
}
