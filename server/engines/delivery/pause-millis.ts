/** Failures in a row after which one event is tried at a time, with long pauses. */
export const CIRCUIT_OPENS_AT = 5;

const FIRST_MILLIS = 1_000;
const LONGEST_MILLIS = 300_000;
const LONGEST_ASKED_MILLIS = 3_600_000;

/**
 * Milliseconds until the attempt after so many failures in a row (1 for the first): exponential with
 * "equal jitter", and never sooner than the receiver asked for, an hour at most. `random` is in [0, 1).
 */
export function pauseMillis(failures: number, random: number, askedMillis = 0): number {
  const ceiling = Math.min(FIRST_MILLIS * 2 ** Math.max(0, failures - 1), LONGEST_MILLIS);
  const own = Math.round(ceiling / 2 + (ceiling / 2) * random);
  return Math.max(own, Math.min(askedMillis, LONGEST_ASKED_MILLIS));
}
