"use client";
import { cx } from "#components/ui/cx.ts";
import { absoluteTime, wallClock } from "./time-text.ts";
import { useZone } from "./use-zone.ts";

interface ClockTimeProps {
  at: Date | string;
  /** `time` leaves the date out, for "as of 12:04:31". */
  show?: "date-time" | "time";
  className?: string;
}

/** An instant on the reader's wall clock, in mono; hover and focus name the zone. */
export function ClockTime({ at, show = "date-time", className }: ClockTimeProps) {
  const zone = useZone();
  const date = new Date(at);
  const text = wallClock(date, zone);
  const absolute = absoluteTime(date, zone);
  return (
    <button
      type="button"
      data-tip={absolute}
      className={cx("cursor-help whitespace-nowrap text-start", className)}
    >
      <time dateTime={date.toISOString()} suppressHydrationWarning>
        <bdi dir="ltr" suppressHydrationWarning>
          {show === "time" ? text.slice(11) : text}
        </bdi>
        <span className="sr-only" suppressHydrationWarning>
          {` (${absolute})`}
        </span>
      </time>
    </button>
  );
}
