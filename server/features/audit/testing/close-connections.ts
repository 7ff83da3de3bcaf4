import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";

/** Gives every connection of a test file back, so that its database can go. */
export async function closeConnections(): Promise<void> {
  await Promise.all([closePools(), closeIdentityPools()]);
}
