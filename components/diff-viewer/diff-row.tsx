import { useTranslations } from "next-intl";
import { cx } from "#components/ui/cx.ts";
import type { DocumentRow, LineMark } from "#server/engines/document-diff/document-rows.ts";
import { FOUND } from "#server/engines/document-diff/fold-rows.ts";
import { LineText } from "./line-text.tsx";

type Side = "desired" | "live";

/** Never colour alone: a sign before the line, and a word for screen readers. */
const SIGNS: Record<LineMark, string> = {
  same: " ",
  equal: "=",
  uncounted: "·",
  ignored: "≈",
  changed: "~",
  missing: "−",
  extra: "+",
};
const TINTS: Partial<Record<LineMark, Record<Side, string>>> = {
  changed: { desired: "bg-info-tint", live: "bg-due-tint" },
  missing: { desired: "bg-info-tint", live: "" },
  extra: { desired: "", live: "bg-due-tint" },
};
const SIGN_TONES: Record<Side, string> = { desired: "text-info", live: "text-due" };

interface DiffRowProps {
  row: DocumentRow;
  /** One side below the other; else beside each other where there is room. */
  isInline: boolean;
  /** The first line of a difference: can be jumped to, and names who wrote it. */
  isFirst: boolean;
}

/** One line of two documents: what is asked for and what is there. */
export function DiffRow({ row, isInline, isFirst }: DiffRowProps) {
  const t = useTranslations("diff");
  const isFound = FOUND.includes(row.mark);
  const isOne = row.desired === row.live;
  return (
    <li
      data-change={isFirst ? row.path : undefined}
      tabIndex={isFirst ? -1 : undefined}
      className={cx("grid min-w-0 scroll-mt-10", !isInline && "@2xl:grid-cols-2")}
    >
      {row.mark === "same" ? null : <span className="sr-only">{t(`mark.${row.mark}`)}</span>}
      {(["desired", "live"] as const).map((side) => {
        const text = row[side];
        // One below the other, a line that both have stands once, and one that a side lacks not at all.
        const isLeftOut = text === null || (isOne && side === "live");
        return (
          <div
            key={side}
            className={cx(
              "flex min-w-0 items-start",
              isLeftOut && (isInline ? "hidden" : "hidden @2xl:flex"),
              side === "live" && !isInline && "@2xl:border-line @2xl:border-s",
              text === null ? "bg-sunken" : TINTS[row.mark]?.[side],
              !isFound && row.mark !== "same" && "text-muted",
            )}
          >
            {text === null ? null : (
              <>
                <span
                  aria-hidden
                  className={cx("w-6 shrink-0 select-none text-center font-bold", SIGN_TONES[side])}
                >
                  {isOne && row.mark === "same" ? " " : SIGNS[row.mark]}
                </span>
                {isOne ? null : <span className="sr-only">{`${t(side)}: `}</span>}
                <code
                  aria-hidden={isOne && side === "live" ? true : undefined}
                  className="min-w-0 flex-1 whitespace-pre-wrap break-words pe-2"
                >
                  <LineText text={text} />
                </code>
                {isFirst && side === (row.live === null ? "desired" : "live") && row.manager ? (
                  <span
                    data-tip={t("writtenBy", { manager: row.manager })}
                    className="my-px me-2 max-w-40 shrink-0 truncate rounded-sm border border-line bg-raised px-1 text-muted"
                  >
                    <span className="sr-only">{t("writtenBy", { manager: row.manager })}</span>
                    <span aria-hidden>{row.manager}</span>
                  </span>
                ) : null}
              </>
            )}
          </div>
        );
      })}
    </li>
  );
}
