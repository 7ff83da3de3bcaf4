import { setTimeout as delay } from "node:timers/promises";

/**
 * Does something again and again until the signal aborts, `millis` apart. A failure is told and
 * waited out a little longer; it never ends the loop.
 */
export async function every(
  millis: number,
  signal: AbortSignal,
  act: () => Promise<void>,
  onError: (error: unknown) => void,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      await act();
      failures = 0;
    } catch (error) {
      failures += 1;
      onError(error);
    }
    const pause = Math.min(millis * 2 ** Math.min(failures, 6), Math.max(millis, 30_000));
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
}
