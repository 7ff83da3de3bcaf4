import type { SecretRule } from "#server/engines/secret-policy/default-rule.ts";
import { type ChangeWindow, type Opening, openings } from "./change-window.ts";
import { shareOf } from "./share-of.ts";

export interface RotationToPlan {
  rule: Pick<SecretRule, "maxTtlSeconds" | "rotateBeforeSeconds" | "autoRotate">;
  rotatedAt: Date;
  /** Those of its environment; none = always. */
  windows: readonly ChangeWindow[];
  /** Spreads credentials that were rotated together: the binding's id. */
  seed: string;
  now: Date;
}

export interface PlannedRotation {
  at: Date;
  /** When the value reaches its age limit. */
  limitAt: Date;
  /** No window opens in time: it waits, and will be overdue. */
  missesLimit: boolean;
}

const DAY_MILLIS = 86_400_000;
const WEEKS_MILLIS = 15 * DAY_MILLIS;
/** Of an opening; its end is left to finish in. */
const SPREAD_SHARE = 0.5;

/**
 * When the next rotation starts by itself; null when none does. Jitter and windows are in it (ADR 12):
 * never at or after the limit, unless no window opens before.
 */
export function planRotation(plan: RotationToPlan): PlannedRotation | null {
  const { rule, rotatedAt, windows, seed, now } = plan;
  if (rule.maxTtlSeconds === null || !rule.autoRotate) return null;
  const limitAt = new Date(rotatedAt.getTime() + rule.maxTtlSeconds * 1000);
  const dueAt = limitAt.getTime() - rule.rotateBeforeSeconds * 1000;
  const spread = Math.min((rule.rotateBeforeSeconds * 1000) / 2, DAY_MILLIS);
  const wanted = new Date(dueAt + Math.floor(spread * shareOf(seed)));
  if (windows.length === 0) return { at: wanted, limitAt, missesLimit: false };
  // What is past already is wanted now: a window that has gone by can't be met any more.
  const from = wanted > now ? wanted : now;
  return { ...inWindow(from, { windows, limitAt, seed, now }), limitAt };
}

function inWindow(
  from: Date,
  {
    windows,
    limitAt,
    seed,
    now,
  }: Pick<RotationToPlan, "windows" | "seed" | "now"> & { limitAt: Date },
): { at: Date; missesLimit: boolean } {
  const coming = openings(windows, from, new Date(from.getTime() + WEEKS_MILLIS));
  const [next] = coming;
  if (!next) throw new Error("a change window that never opens");
  if (next.opensAt <= from) return { at: from, missesLimit: from >= limitAt };
  if (next.opensAt < limitAt) return { at: within(next, seed, limitAt), missesLimit: false };
  // Windows open each week: the last one before is never further back than the next one is ahead.
  const since = new Date(Math.max(now.getTime(), from.getTime() - WEEKS_MILLIS));
  const earlier = openings(windows, since, from).at(-1);
  if (!earlier) return { at: within(next, seed), missesLimit: true };
  const start = earlier.opensAt > now ? earlier.opensAt : now;
  return { at: within({ ...earlier, opensAt: start }, seed), missesLimit: false };
}

/** Somewhere in the first half of an opening, before the limit. */
function within({ opensAt, closesAt }: Opening, seed: string, limitAt?: Date): Date {
  const end = limitAt && limitAt < closesAt ? limitAt : closesAt;
  const length = end.getTime() - opensAt.getTime();
  return new Date(
    opensAt.getTime() + Math.floor(length * SPREAD_SHARE * shareOf(`${seed}/window`)),
  );
}
