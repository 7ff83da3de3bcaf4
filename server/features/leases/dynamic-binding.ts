import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** A reference whose logins live by leases. */
export interface DynamicBinding {
  binding_id: string;
  name: string;
  state: string;
  path: string;
  rotator: {
    kind: string;
    mount: string;
    role: string;
    workload: string;
    target: { host: string; port: number; database: string; tls: "verify-full" | "disable" } | null;
    isExclusive: boolean;
  };
}

/** The binding, locked; throws `not_found`, or `conflict` when its logins don't live by leases. */
export async function lockDynamicBinding(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
): Promise<DynamicBinding> {
  const [row] = await tx.query<DynamicBinding & Record<string, unknown>>(
    `SELECT binding_id, name, state, path, rotator FROM secret_binding
     WHERE tenant_id = $1 AND binding_id = $2 FOR UPDATE`,
    [tenant, bindingId],
  );
  if (!row) throw notFound("secret binding");
  if (row.rotator.kind === "openbao-dynamic") return row;
  throw new AppError("conflict", "The logins of this credential do not live by leases.", {
    said: { key: "leases.noLeases" },
    field: "bindingId",
    remedy: "Rotate it instead.",
  });
}
