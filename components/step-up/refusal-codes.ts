/** Why a try proved nothing, as far as there are words of its own for it. */
const WORDED = [
  "cancelled",
  "provider",
  "token",
  "other-person",
  "nonce",
  "level-too-low",
  "too-old",
  "unknown-key",
  "suspected",
  "not-verified",
  "counter",
  "ended",
  "expired",
  "other-session",
  "state",
  "unavailable",
] as const;

export type RefusalCode = (typeof WORDED)[number] | "other";

/** A code from a URL or an answer, as one that there is a sentence for. */
export function refusalCodeOf(code: string): RefusalCode {
  return WORDED.find((each) => each === code) ?? "other";
}
