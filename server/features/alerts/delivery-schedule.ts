/** After so many attempts a delivery is dead. */
export const MAX_ATTEMPTS = 8;

const FIRST_SECONDS = 5;
const LONGEST_SECONDS = 3_600;

/**
 * Seconds until the attempt after `attempt` (1 for the first): exponential, with "equal jitter",
 * so that receivers coming back are not met by everybody at once. `random` is in [0, 1).
 */
export function backoffSeconds(attempt: number, random: number): number {
  const ceiling = Math.min(FIRST_SECONDS * 4 ** (attempt - 1), LONGEST_SECONDS);
  return Math.max(1, Math.round(ceiling / 2 + (ceiling / 2) * random));
}
