import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { approvalRequirement } from "../rotation-approval.ts";
import type { BindingRow } from "../rotation-rows.ts";
import type { Manual } from "../schema.ts";

/** Roles of which a second person must have one to confirm a completion; empty: nobody has to. */
export async function confirmersOf(
  tx: TenantTx,
  binding: BindingRow,
  { isConfirmed }: Manual,
): Promise<string[]> {
  const requirement = (await approvalRequirement(tx, binding)) ?? [];
  const roles = new Set<string>(requirement.map(({ role }) => role));
  if (isConfirmed) roles.add("security-officer");
  return [...roles].sort();
}
