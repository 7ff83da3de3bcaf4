import type { TenantCounts } from "#server/features/platform/schema.ts";

/** Longer than a worker that runs leaves anything lying. */
const LATE_MILLIS = 60_000;

export type TenantState = "ok" | "late" | "unsealed" | "trouble";

/** What a platform operator should look at first, as of when the counts were read. */
export function tenantState(counts: TenantCounts, asOf: Date): TenantState {
  const isLate = (since: Date | null) =>
    since !== null && asOf.getTime() - since.getTime() > LATE_MILLIS;
  if (counts.troubledRotations > 0) return "trouble";
  if (isLate(counts.oldestDueAt)) return "late";
  return isLate(counts.oldestUnsealedAt) ? "unsealed" : "ok";
}
