import type { StoreStatus } from "#server/features/regions/views.ts";

type Seen = Pick<StoreStatus, "role" | "state" | "observedAt">;

/**
 * Whether the people of the rotations page must be told: a store that rotations write to does not serve.
 * A read-only region is the topology page's matter; one that nobody looked at yet is not in trouble.
 */
export function needsWord({ role, state, observedAt }: Seen): boolean {
  if (role === "read-only" || observedAt === null) return false;
  return state !== "active";
}
