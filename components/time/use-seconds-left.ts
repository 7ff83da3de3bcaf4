"use client";
import { useEffect, useState } from "react";

const TICK_MILLIS = 1_000;

/**
 * Seconds until a moment, anew each second. Counted from the server's time of the page (`asOf`) and this
 * machine's steady clock: what the machine's calendar says doesn't matter.
 */
export function useSecondsLeft(at: Date, asOf: Date): number {
  const [elapsedMillis, setElapsed] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page read anew counts from its own time
  useEffect(() => {
    const since = performance.now();
    setElapsed(0);
    const timer = setInterval(() => setElapsed(performance.now() - since), TICK_MILLIS);
    return () => clearInterval(timer);
  }, [asOf]);
  return Math.floor((new Date(at).getTime() - new Date(asOf).getTime() - elapsedMillis) / 1_000);
}
