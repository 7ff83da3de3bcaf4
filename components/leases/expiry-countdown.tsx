"use client";
import { useLocale, useTranslations } from "next-intl";
import { useAsOf } from "#components/time/as-of.tsx";
import { absoluteTime, clockText } from "#components/time/time-text.ts";
import { useSecondsLeft } from "#components/time/use-seconds-left.ts";
import { useZone } from "#components/time/use-zone.ts";

/** How long a lease lives, counting down by the server's time. */
export function ExpiryCountdown({ at }: { at: Date }) {
  const t = useTranslations("leases");
  const zone = useZone();
  const locale = useLocale();
  const asOf = useAsOf();
  const secondsLeft = useSecondsLeft(at, asOf);
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
