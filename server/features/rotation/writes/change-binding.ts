import "server-only";
import type { RotationState } from "#server/engines/rotation/state-machine.ts";
import { currentRules } from "#server/features/secret-policies/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { planNext } from "../plan-next.ts";
import type { BindingRow } from "../rotation-rows.ts";
import type { NewHandle } from "../schema.ts";

/** What a rotation's move means for its binding: new version and roles, or its state. */
export async function changeBinding(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  binding: BindingRow,
  { to, newHandle }: { to: RotationState; newHandle: NewHandle | null },
): Promise<void> {
  if (to === "promoted") {
    const rules = await currentRules(tx);
    const rule = rules.of(binding.class);
    const { binding_id: bindingId, environment } = binding;
    const rotatedAt = await tx.startedAt();
    const next = await planNext(tx, tenant, { bindingId, environment, rule, rotatedAt });
    await tx.query(
      `UPDATE secret_binding SET current_version = $3, rotator = $4, updated_at = clock_timestamp(),
         last_rotated_at = $8, rule = $6, rule_digest = $7, next_rotation_at = $5
       WHERE tenant_id = $1 AND binding_id = $2`,
      [
        tenant,
        binding.binding_id,
        newHandle?.version ?? null,
        JSON.stringify(withActiveRole(binding, newHandle?.role)),
        next?.at ?? null,
        JSON.stringify(rule),
        rules.digest,
        rotatedAt,
      ],
    );
    return;
  }
  const state = stateAfter(to);
  if (!state) return;
  await tx.query(
    `UPDATE secret_binding SET state = $3, updated_at = clock_timestamp()
     WHERE tenant_id = $1 AND binding_id = $2`,
    [tenant, binding.binding_id, state],
  );
}

/** The rotator's settings with the role that consumers log in as. */
export function withActiveRole({ rotator }: BindingRow, role: string | undefined) {
  if (rotator.kind !== "postgres-dual-user" || !role) return rotator;
  const others = [rotator.activeRole, rotator.standbyRole].filter((other) => other !== role);
  return { ...rotator, activeRole: role, standbyRole: others[0] ?? rotator.standbyRole };
}

/** A rotation that was undone leaves a working credential behind, which still wants rotating: `failed`. */
function stateAfter(to: RotationState): BindingRow["state"] | null {
  switch (to) {
    case "done":
      return "active";
    case "rolled_back":
    case "orphaned":
    case "revoke_failed":
      return "failed";
    case "revoking":
    case "indeterminate":
      return "rotating";
    default:
      return null;
  }
}
