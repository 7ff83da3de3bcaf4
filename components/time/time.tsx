"use client";
import { useLocale } from "next-intl";
import { cx } from "#components/ui/cx.ts";
import { useAsOf } from "./as-of.tsx";
import { absoluteTime, relativeTime } from "./time-text.ts";
import { useZone } from "./use-zone.ts";

interface TimeProps {
  /** The instant, as a date or ISO 8601 text. */
  at: Date | string;
  className?: string;
}

/** "in 3 days", with the absolute time and its zone on hover, on focus and for screen readers. */
export function Time({ at, className }: TimeProps) {
  const zone = useZone();
  const locale = useLocale();
  const asOf = useAsOf();
  const date = new Date(at);
  const absolute = absoluteTime(date, zone);
  return (
    <button
      type="button"
      data-tip={absolute}
      className={cx("cursor-help whitespace-nowrap text-start", className)}
    >
      <time dateTime={date.toISOString()} suppressHydrationWarning>
        {relativeTime(date, asOf, locale)}
        <span className="sr-only" suppressHydrationWarning>
          {` (${absolute})`}
        </span>
      </time>
    </button>
  );
}
