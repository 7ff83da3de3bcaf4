import type { InboxItem } from "./schema.ts";

const MINUTE_MILLIS = 60_000;
const LEAST_MILLIS = 15 * MINUTE_MILLIS;
const MOST_MILLIS = 4 * 60 * MINUTE_MILLIS;

/** Whether little is left of a thing's time: a quarter of it, between 15 minutes and 4 hours. */
export function isExpiring(since: Date, dueAt: Date | null, now: Date): boolean {
  if (!dueAt) return false;
  const quarter = (dueAt.getTime() - since.getTime()) / 4;
  const left = dueAt.getTime() - now.getTime();
  return left <= Math.min(MOST_MILLIS, Math.max(LEAST_MILLIS, quarter));
}

/** A review that keeps somebody from breaking glass again comes first, what only tells comes last. */
const RANK: Partial<Record<InboxItem["kind"], number>> = { "break-glass-review": 0, mention: 3 };
const rankOf = ({ kind, isExpiring: isShort }: InboxItem) => RANK[kind] ?? (isShort ? 1 : 2);

/** The most urgent first: what is over soonest, then what has waited longest. Always the same order. */
export function byUrgency(a: InboxItem, b: InboxItem): number {
  return (
    rankOf(a) - rankOf(b) ||
    (a.dueAt?.getTime() ?? Number.MAX_SAFE_INTEGER) -
      (b.dueAt?.getTime() ?? Number.MAX_SAFE_INTEGER) ||
    a.since.getTime() - b.since.getTime() ||
    (a.id < b.id ? -1 : 1)
  );
}
