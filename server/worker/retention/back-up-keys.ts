import "server-only";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/**
 * Writes the wrapped keys of a tenant that are in force to `<folder>/<tenant>.json`, in the place of what was there:
 * with them an older backup of the database is read again, but for what was destroyed since. Useless without the keeper.
 */
export async function backUpKeys(tenant: AuthorizedTenantId, folder: string): Promise<void> {
  const backup = await withTenant(
    tenant,
    "worker",
    async (tx) => {
      const [wrapKey] = await tx.query(
        `SELECT version, keeper, root_version, origin, wrapped FROM audit_wrap_key
         WHERE tenant_id = $1 AND wrapped IS NOT NULL`,
        [tenant],
      );
      const dataKeys = await tx.query(
        `SELECT key_id, class, period::text AS period, encode(wrapped, 'base64') AS wrapped FROM audit_data_key
         WHERE tenant_id = $1 AND wrapped IS NOT NULL ORDER BY class, period`,
        [tenant],
      );
      return { tenant, wrapKey, dataKeys };
    },
    { snapshot: true },
  );
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${tenant}.json`);
  await writeFile(`${file}.new`, `${JSON.stringify(backup, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** After an offboarding: there is nothing left that it could open. */
export async function dropKeyBackup(tenant: string, folder: string): Promise<void> {
  await rm(join(folder, `${tenant}.json`), { force: true });
}
