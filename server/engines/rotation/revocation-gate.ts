export const CONSUMER_STATES = ["moved", "not-yet", "unknown"] as const;
export type ConsumerState = (typeof CONSUMER_STATES)[number];

export const OLD_USE_STATES = ["in-use", "unused", "unknown"] as const;
export type OldUseState = (typeof OLD_USE_STATES)[number];

export const HOLD_CODES = ["old_value_in_use", "consumers_unknown"] as const;
export type HoldCode = (typeof HOLD_CODES)[number];

/** What is known of who uses a credential, when its old value is about to be ended. */
export interface RevocationFacts {
  /** The old value is known to strangers: nothing holds its end back. */
  isLeaked: boolean;
  /** A person decided to end it all the same, and said why. */
  isOverridden: boolean;
  /** Consumers that are known and not gone. */
  consumers: readonly ConsumerState[];
  /** What targets tell of the old value's use; empty where no target tells. */
  oldUses: readonly { state: OldUseState; uses: number | null }[];
}

export type RevocationGate =
  | { kind: "open"; because: "leaked" | "overridden" | "nobody-known" | "all-moved" }
  | { kind: "held"; code: HoldCode; notMoved: number; unknown: number; uses: number };

/**
 * Whether the old value may be ended. Somebody still on it holds it, and so does what can't be
 * known (law 7); a credential that nobody is known to use, and whose target tells of no use, does not.
 */
export function revocationGate(facts: RevocationFacts): RevocationGate {
  if (facts.isLeaked) return { kind: "open", because: "leaked" };
  if (facts.isOverridden) return { kind: "open", because: "overridden" };
  const notMoved = facts.consumers.filter((state) => state === "not-yet").length;
  const inUse = facts.oldUses.filter(({ state }) => state === "in-use");
  const unknown =
    facts.consumers.filter((state) => state === "unknown").length +
    facts.oldUses.filter(({ state }) => state === "unknown").length;
  const uses = inUse.reduce((sum, use) => sum + (use.uses ?? 1), 0);
  const found = { notMoved, unknown, uses };
  if (notMoved > 0 || inUse.length > 0) {
    return { kind: "held", code: "old_value_in_use", ...found };
  }
  if (unknown > 0) return { kind: "held", code: "consumers_unknown", ...found };
  const because = facts.consumers.length === 0 ? "nobody-known" : "all-moved";
  return { kind: "open", because };
}

/**
 * What a hold is told anew for: its cause, and how many have not moved or are unknown. How many uses a target counts
 * is left out: the sessions of a pool come and go by the second, and are the same reason.
 */
export function reasonsToHold(gate: Omit<RevocationGate & { kind: "held" }, "kind">): string {
  const { code, notMoved, unknown, uses } = gate;
  return [code, notMoved, unknown, uses > 0 ? "used" : "not used"].join(" ");
}

/**
 * Seconds until consumers are looked at again: a fifth of the time since promotion, between five
 * seconds and a quarter of an hour, so that early moves show at once and a long grace asks seldom.
 */
export function secondsToNextLook(sincePromotionSeconds: number): number {
  return Math.min(900, Math.max(5, Math.round(sincePromotionSeconds / 5)));
}

/** Seconds by which a held revocation is put off: a tenth of the grace, two seconds to five minutes. */
export function secondsToHold(graceSeconds: number): number {
  return Math.min(300, Math.max(2, Math.round(graceSeconds / 10)));
}
