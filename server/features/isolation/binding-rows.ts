import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { DeclarationInput, ENVIRONMENTS } from "./schema.ts";

export interface BindingRow {
  environment: (typeof ENVIRONMENTS)[number];
  version: number;
  declaration: DeclarationInput;
  reason: string;
  savedByName: string;
  savedAt: Date;
}

/** What is declared now of each environment of a tenant. */
export function bindingsInForce(tx: TenantTx, tenant: AuthorizedTenantId): Promise<BindingRow[]> {
  return tx.query<BindingRow>(
    `SELECT DISTINCT ON (environment) environment, version, declaration, reason,
       saved_by_name AS "savedByName", saved_at AS "savedAt"
     FROM runtime_tenant_binding WHERE tenant_id = $1 ORDER BY environment, version DESC`,
    [tenant],
  );
}
