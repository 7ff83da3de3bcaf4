export const PROMOTION_KINDS = ["planned-switchover", "disaster"] as const;
export type PromotionKind = (typeof PROMOTION_KINDS)[number];

/** Everything that one of the two runbooks asks for. */
export const CHECK_ITEMS = [
  "old-primary-fenced",
  "old-primary-lost",
  "lag-accepted",
  "writers-told",
  "backups-taken",
  "way-back-known",
  "dns-and-hook-ready",
  "unseal-keys-at-hand",
] as const;
export type CheckItem = (typeof CHECK_ITEMS)[number];

/**
 * What must be ticked, with evidence, in this order. A planned switchover loses nothing and can go
 * back; in a disaster the old primary is gone and what lags is lost (docs/runbooks/dr-promotion.md).
 */
export const CHECKLISTS: Record<PromotionKind, readonly CheckItem[]> = {
  "planned-switchover": [
    "writers-told",
    "backups-taken",
    "lag-accepted",
    "way-back-known",
    "unseal-keys-at-hand",
    "dns-and-hook-ready",
  ],
  disaster: [
    "old-primary-lost",
    "old-primary-fenced",
    "lag-accepted",
    "unseal-keys-at-hand",
    "dns-and-hook-ready",
  ],
};

/** The items that still lack evidence. */
export function missingChecks(kind: PromotionKind, ticked: Iterable<string>): CheckItem[] {
  const done = new Set(ticked);
  return CHECKLISTS[kind].filter((item) => !done.has(item));
}
