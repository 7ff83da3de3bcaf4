"use client";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { useAsOf } from "#components/time/as-of.tsx";
import { absoluteTime, intlLocale } from "#components/time/time-text.ts";
import { useZone } from "#components/time/use-zone.ts";

const TICK_MILLIS = 1_000;

/**
 * How long a lease lives, counting down. It counts from the server's time of the page and this
 * machine's steady clock: what the machine's calendar says doesn't matter.
 */
export function ExpiryCountdown({ at }: { at: Date }) {
  const t = useTranslations("leases");
  const zone = useZone();
  const locale = useLocale();
  const asOf = useAsOf();
  const [elapsedMillis, setElapsed] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page read anew counts from its own time
  useEffect(() => {
    const since = performance.now();
    setElapsed(0);
    const timer = setInterval(() => setElapsed(performance.now() - since), TICK_MILLIS);
    return () => clearInterval(timer);
  }, [asOf]);
  const secondsLeft = Math.floor(
    (new Date(at).getTime() - new Date(asOf).getTime() - elapsedMillis) / 1_000,
  );
  const absolute = absoluteTime(new Date(at), zone);
  return (
    <button
      type="button"
      data-tip={absolute}
      className="cursor-help whitespace-nowrap text-start tabular-nums"
    >
      <time dateTime={new Date(at).toISOString()} suppressHydrationWarning>
        {secondsLeft <= 0 ? t("runOut") : clockText(secondsLeft, locale)}
        <span className="sr-only" suppressHydrationWarning>{` (${absolute})`}</span>
      </time>
    </button>
  );
}

/** `54:09`, or `23:10:00` from an hour on. */
function clockText(seconds: number, locale: string): string {
  const two = new Intl.NumberFormat(intlLocale(locale), { minimumIntegerDigits: 2 });
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => two.format(part));
  const hours = Math.floor(seconds / 3_600);
  return hours > 0 ? [two.format(hours), ...parts].join(":") : parts.join(":");
}
