import Link from "next/link";
import { useFormatter } from "next-intl";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";
import type { Tone } from "./status.tsx";

export interface SummaryFigure {
  key: string;
  label: ReactNode;
  /** `null` when it could not be counted: shown as unknown, never as zero. */
  count: number | null;
  /** The list, filtered to what is counted. */
  href: string;
  tone?: Tone;
  isChosen?: boolean;
}

const TONES: Record<Tone, string> = {
  ok: "text-ok",
  due: "text-due",
  danger: "text-danger",
  unknown: "text-unknown",
  info: "text-info",
};

interface SummaryStripProps {
  label: string;
  figures: SummaryFigure[];
  /** Beside an open panel: lower, and more of them in a row. */
  isCompact?: boolean;
}

/** Four to six numbers, each a link to its filter, filling whole rows. A number of concern has its status colour. */
export function SummaryStrip({ label, figures, isCompact = false }: SummaryStripProps) {
  const format = useFormatter();
  return (
    <nav aria-label={label}>
      <ul className="flex flex-wrap gap-px overflow-hidden rounded-lg border border-line bg-line">
        {figures.map(({ key, label: name, count, href, tone, isChosen }) => (
          <li key={key} className={cx("flex flex-1", isCompact ? "basis-24" : "basis-36")}>
            <Link
              href={href}
              scroll={false}
              // Each would be a whole page's reads, most of them for nobody.
              prefetch={false}
              aria-current={isChosen ? "true" : undefined}
              className={cx(
                "flex flex-1 flex-col hover:bg-hover focus-visible:outline-offset-[-2px]",
                isCompact ? "px-3 py-1.5" : "gap-0.5 px-4 py-3",
                isChosen ? "bg-selected" : "bg-raised",
              )}
            >
              <span
                className={cx(
                  "font-semibold",
                  isCompact ? "text-md" : "text-xl",
                  count !== 0 && tone ? TONES[tone] : "text-text",
                  count === 0 && "text-muted",
                )}
              >
                {count === null ? "?" : format.number(count)}
              </span>
              <span className={cx("text-muted", isCompact ? "text-xs" : "text-sm")}>{name}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
