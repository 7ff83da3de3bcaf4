"use client";
import { useLocale } from "next-intl";
import { useEffect, useState } from "react";
import { absoluteTime, intlLocale } from "#components/time/time-text.ts";
import { useZone } from "#components/time/use-zone.ts";

const TICK_MILLIS = 1_000;

interface CountdownProps {
  at: Date;
  /** The server's time when the page was made. */
  asOf: Date;
  /** The word once it is reached. */
  over: string;
}

/**
 * The time left, to the second. It counts from the server's time and this machine's steady clock: what
 * the machine's calendar says doesn't matter.
 */
export function Countdown({ at, asOf, over }: CountdownProps) {
  const locale = useLocale();
  const zone = useZone();
  const [elapsedMillis, setElapsed] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page read anew counts from its own time
  useEffect(() => {
    const since = performance.now();
    setElapsed(0);
    const timer = setInterval(() => setElapsed(performance.now() - since), TICK_MILLIS);
    return () => clearInterval(timer);
  }, [asOf]);
  const left = Math.floor(
    (new Date(at).getTime() - new Date(asOf).getTime() - elapsedMillis) / 1_000,
  );
  return (
    <time
      dateTime={new Date(at).toISOString()}
      data-tip={absoluteTime(new Date(at), zone)}
      className="whitespace-nowrap tabular-nums"
      suppressHydrationWarning
    >
      {left <= 0 ? over : clockText(left, locale)}
    </time>
  );
}

/** `54:09`, or `23:10:00` from an hour on. */
function clockText(seconds: number, locale: string): string {
  const two = new Intl.NumberFormat(intlLocale(locale), { minimumIntegerDigits: 2 });
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => two.format(part));
  const hours = Math.floor(seconds / 3_600);
  return hours > 0 ? [two.format(hours), ...parts].join(":") : parts.join(":");
}
