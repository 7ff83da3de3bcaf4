"use client";
import { useLocale } from "next-intl";
import { absoluteTime, clockText } from "#components/time/time-text.ts";
import { useSecondsLeft } from "#components/time/use-seconds-left.ts";
import { useZone } from "#components/time/use-zone.ts";

interface CountdownProps {
  at: Date;
  /** The server's time when the page was made. */
  asOf: Date;
  /** The word once it is reached. */
  over: string;
}

/** The time left, to the second, by the server's time. */
export function Countdown({ at, asOf, over }: CountdownProps) {
  const locale = useLocale();
  const zone = useZone();
  const left = useSecondsLeft(at, asOf);
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
