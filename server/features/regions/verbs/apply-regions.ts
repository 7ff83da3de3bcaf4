import "server-only";
import { uuidv7 } from "uuidv7";
import { z } from "zod";
import { isolated } from "#server/engines/words/isolated.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { type RegionRow, regionsOf } from "../region-rows.ts";
import { ApplyRegionsInput } from "../schema.ts";

type Wanted = z.output<typeof ApplyRegionsInput>["regions"][number];

/**
 * Keeps the regions as the configuration names them. It says which is primary only where none is yet:
 * afterwards that changes by a promotion alone. A primary that left the configuration is refused.
 */
export const applyRegions = verb({
  name: "regions.apply",
  scope: "runtime.regions.configure",
  input: ApplyRegionsInput,
  output: z.object({ changed: z.array(z.string()) }),
  async run({ tx, tenant, input }) {
    // Two workers that start at once must not both find no primary.
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`region|${tenant}`]);
    const before = await regionsOf(tx, tenant);
    const primary = before.find(({ role }) => role === "primary");
    if (primary && !input.regions.some(({ name }) => name === primary.region)) {
      throw new AppError("conflict", `regions: ${primary.region} is the primary and must stay.`, {
        said: { key: "regions.primaryStays", args: { region: isolated(primary.region) } },
        field: "regions",
        remedy: "Promote another region first, then take it out of the configuration.",
      });
    }
    const changed: string[] = [];
    for (const [position, wanted] of input.regions.entries()) {
      const found = before.find(({ region }) => region === wanted.name);
      if (found && isSame(found, wanted, position)) continue;
      const role = found?.role ?? (primary ? "read-only" : wanted.role);
      await saveRegion(tx, tenant, wanted, role, position);
      changed.push(wanted.name);
    }
    for (const { region } of before) {
      if (input.regions.some(({ name }) => name === region)) continue;
      await tx.query(
        "UPDATE region SET removed_at = clock_timestamp() WHERE tenant_id = $1 AND region = $2",
        [tenant, region],
      );
      changed.push(region);
    }
    const stores = input.regions.map(({ name }) => ({
      id: `openbao/${name}`,
      region: name as string | null,
    }));
    for (const name of input.keyVaults)
      stores.push({ id: `azure-key-vault/${name}`, region: null });
    for (const { id, region } of stores) await ensureStore(tx, tenant, id, region);
    if (changed.length === 0) return unchanged({ changed });
    return audited(
      { changed },
      {
        type: "runtime.regions.configured",
        subject: `tenant/${tenant}`,
        payload: {
          changed,
          regions: input.regions.map(({ name, role, addresses, replication }) => ({
            name,
            role,
            addresses,
            replication,
          })),
          before: shown(before),
          after: shown(await regionsOf(tx, tenant)),
        },
      },
    );
  },
});

function shown(regions: Awaited<ReturnType<typeof regionsOf>>) {
  return Object.fromEntries(
    regions.map(({ region, role, addresses, replication }) => [
      region,
      { role, addresses, replication },
    ]),
  );
}

function isSame(found: RegionRow, wanted: Wanted, position: number): boolean {
  return (
    found.display_name === wanted.displayName &&
    found.addresses.join("\n") === wanted.addresses.join("\n") &&
    found.configured_role === wanted.role &&
    found.replication === wanted.replication &&
    found.max_lag_seconds === wanted.maxLagSeconds &&
    found.position === position
  );
}

/** One that comes back after it left the configuration is read-only, whatever it was. */
function saveRegion(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  wanted: Wanted,
  role: "primary" | "read-only",
  position: number,
) {
  return tx.query(
    `INSERT INTO region (tenant_id, region, region_id, display_name, addresses, role, role_since, configured_role,
       replication, max_lag_seconds, position)
     VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp(), $7, $8, $9, $10)
     ON CONFLICT (tenant_id, region) DO UPDATE SET display_name = excluded.display_name, addresses = excluded.addresses,
       configured_role = excluded.configured_role, replication = excluded.replication,
       max_lag_seconds = excluded.max_lag_seconds, position = excluded.position, removed_at = NULL,
       role = CASE WHEN region.removed_at IS NULL THEN region.role ELSE excluded.role END,
       role_since = CASE WHEN region.removed_at IS NULL THEN region.role_since ELSE excluded.role_since END`,
    [
      tenant,
      wanted.name,
      uuidv7(),
      wanted.displayName,
      wanted.addresses,
      role,
      wanted.role,
      wanted.replication,
      wanted.maxLagSeconds,
      position,
    ],
  );
}

/** Until it is asked for the first time, what it is is unknown. */
function ensureStore(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  storeId: string,
  region: string | null,
) {
  return tx.query(
    `INSERT INTO store_observation (tenant_id, store_id, kind, region, state, state_since, lag_since, next_observation_at)
     SELECT $1, $2, split_part($2, '/', 1), $3, 'unknown', now, now, now FROM clock_timestamp() AS now
     ON CONFLICT (tenant_id, store_id) DO NOTHING`,
    [tenant, storeId, region],
  );
}
