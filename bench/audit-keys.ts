import type pg from "pg";

/**
 * Gives a tenant the keys that the worker gives every tenant (ADR 39), for each month from `from` until now, and has
 * this process know them: what is sealed then is under an event's own key, as it always is.
 */
export async function giveKeys(client: pg.Client, tenant: string, from: Date): Promise<void> {
  const { keeperOf } = await import("#server/platform/audit/key-keeper.ts");
  const { newDataKey, newWrapKey } = await import("#server/platform/audit/data-keys.ts");
  const { periodOf, RETENTION_CLASS_NAMES } = await import(
    "#server/engines/retention/retention-classes.ts"
  );
  const { withTenant } = await import("#server/platform/db/tenant-transaction.ts");
  const { mintAuthorizedTenant } = await import("#server/platform/tenancy/authorized-tenant.ts");
  const version = await keeperOf("local").current(tenant);
  const wrapped = await newWrapKey(tenant, "local", version);
  await client.query(
    `INSERT INTO audit_wrap_key (tenant_id, version, keeper, root_version, origin, wrapped, created_at)
     VALUES ($1, 1, 'local', $2, 'generated', $3, now())`,
    [tenant, version, wrapped],
  );
  const periods = new Set<string>();
  for (let day = from.getTime(); day < Date.now() + DAY_MILLIS; day += DAY_MILLIS)
    periods.add(periodOf(new Date(day)));
  for (const period of periods) {
    for (const of of RETENTION_CLASS_NAMES) {
      const made = newDataKey(tenant, wrapped, { class: of, period });
      await client.query(
        `INSERT INTO audit_data_key (tenant_id, key_id, class, period, wrapped, wrap_version, created_at)
         VALUES ($1, $2, $3, $4, $5, 1, now())`,
        [tenant, made.keyId, of, period, made.wrapped],
      );
    }
  }
  await withTenant(mintAuthorizedTenant(tenant), "worker", async () => undefined);
}

const DAY_MILLIS = 86_400_000;
