import "server-only";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { type RegionRow, regionsOf, type StoreRow, storesOf } from "./region-rows.ts";
import { StoreFacts } from "./schema.ts";
import { VERSIONED_KINDS } from "./versioned-kinds.ts";
import type {
  ReadsOfBinding,
  RegionRead,
  RegionsOverview,
  RegionView,
  StoreStatus,
  UnverifiedRead,
} from "./views.ts";

const MOST_UNVERIFIED = 50;

interface RegionInForce {
  [column: string]: unknown;
  region: string;
  display_name: string;
  role: "primary" | "read-only";
  role_since: Date;
}

interface CountsRow {
  [column: string]: unknown;
  region: string;
  verified: string;
  behind: string;
  unknown: string;
  verified_at: Date | null;
  checked_at: Date | null;
}

/**
 * The installation's regions and how many promoted versions each was seen to have. Clusters are the
 * Sovereign's to see; any other tenant gets names, roles and what was read of its own credentials.
 */
export async function regionsOverview(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<z.input<typeof RegionsOverview>> {
  const [here] = await tx.query<{ kind: string }>("SELECT kind FROM tenant WHERE tenant_id = $1", [
    tenant,
  ]);
  const isSovereign = here?.kind === "sovereign";
  const counts = await tx.query<CountsRow>("SELECT * FROM app.region_read_counts()");
  const inForce = await tx.query<RegionInForce>("SELECT * FROM app.regions_in_force()");
  const own = isSovereign ? await regionsOf(tx, tenant) : [];
  const stores = isSovereign ? await storesOf(tx, tenant) : [];
  const regions = inForce.map((region): z.input<typeof RegionView> => {
    const row = own.find((each) => each.region === region.region);
    const store = stores.find((each) => each.region === region.region);
    const count = counts.find((each) => each.region === region.region);
    return {
      region: region.region,
      regionId: row?.region_id ?? null,
      displayName: region.display_name,
      role: region.role,
      roleSince: region.role_since,
      cluster: row && store ? clusterOf(row, store) : null,
      reads: {
        verified: Number(count?.verified ?? 0),
        behind: Number(count?.behind ?? 0),
        unknown: Number(count?.unknown ?? 0),
        verifiedAt: count?.verified_at ?? null,
        checkedAt: count?.checked_at ?? null,
      },
    };
  });
  const otherStores = isSovereign
    ? (await storeStatuses(tx)).filter(({ region }) => region === null)
    : [];
  return {
    asOf: await tx.startedAt(),
    isSovereign,
    regions,
    otherStores,
    unverified: await unverifiedReads(tx, tenant),
  };
}

function clusterOf(
  row: RegionRow,
  store: StoreRow,
): NonNullable<z.input<typeof RegionView>["cluster"]> {
  return {
    addresses: row.addresses,
    configuredRole: row.configured_role,
    replication: row.replication,
    maxLagSeconds: row.max_lag_seconds,
    state: store.state,
    stateSince: store.state_since,
    observedAt: store.observed_at,
    detail: store.detail,
    facts: StoreFacts.parse(store.facts),
    lag: store.lag,
    lagReason: store.lag_reason,
    lagSince: store.lag_since,
    markerWrittenAt: store.marker_written_at,
  };
}

/** The tenant's own credentials that a region was not seen to have at their version, oldest doubt first. */
async function unverifiedReads(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<z.input<typeof UnverifiedRead>[]> {
  const rows = await tx.query<Record<string, unknown>>(
    `SELECT r.binding_id AS "bindingId", b.name, b.environment, r.region, r.state, r.reason, r.state_since AS since,
       r.expected_version AS "expectedVersion", r.seen_version AS "seenVersion"
     FROM region_read r JOIN secret_binding b ON b.tenant_id = r.tenant_id AND b.binding_id = r.binding_id
     WHERE r.tenant_id = $1 AND b.tenant_id = $1 AND r.state <> 'verified' AND b.state <> 'retired'
       AND b.rotator ->> 'kind' = ANY ($2)
     ORDER BY r.state_since, r.binding_id, r.region LIMIT ${MOST_UNVERIFIED}`,
    [tenant, VERSIONED_KINDS],
  );
  return rows as unknown as z.input<typeof UnverifiedRead>[];
}

/** What the Sovereign's stores are, as every tenant may know it. */
export async function storeStatuses(tx: TenantTx): Promise<z.input<typeof StoreStatus>[]> {
  const rows = await tx.query<Record<string, unknown>>(
    `SELECT store_id AS "storeId", kind, region, role, state, state_since AS "stateSince", observed_at AS "observedAt"
     FROM app.stores_in_force()`,
  );
  return rows as unknown as z.input<typeof StoreStatus>[];
}

interface ReadRow extends RegionInForce {
  state: RegionRead["state"] | null;
  reason: string | null;
  state_since: Date | null;
  expected_version: number | null;
  seen_version: number | null;
  checked_at: Date | null;
  verified_at: Date | null;
  verified_version: number | null;
}

/** Where the version that a credential's last rotation promoted was read. Throws `not_found`. */
export async function readsOfBinding(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
): Promise<z.input<typeof ReadsOfBinding>> {
  const [binding] = await tx.query<{ region: string | null; kind: string }>(
    "SELECT region, rotator ->> 'kind' AS kind FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2",
    [tenant, bindingId],
  );
  if (!binding) throw notFound("secret binding");
  // What has no version is in no region more than in another: nothing to show.
  const isVersioned = VERSIONED_KINDS.some((kind) => kind === binding.kind);
  const rows = await tx.query<ReadRow>(
    `SELECT g.region, g.display_name, g.role, r.state, r.reason, r.state_since, r.expected_version, r.seen_version,
       r.checked_at, r.verified_at, r.verified_version
     FROM app.regions_in_force() g
     LEFT JOIN region_read r ON r.tenant_id = $1 AND r.binding_id = $2 AND r.region = g.region
     WHERE $3::text IS NULL OR g.region = $3 ORDER BY g.position, g.region`,
    [tenant, bindingId, binding.region],
  );
  return {
    asOf: await tx.startedAt(),
    isVersioned,
    reads: (isVersioned ? rows : []).map((row) => ({
      region: row.region,
      displayName: row.display_name,
      role: row.role,
      state: row.state ?? "unknown",
      reason: row.state ? (row.reason ?? "") : "not-read-yet",
      since: row.state_since,
      expectedVersion: row.expected_version,
      seenVersion: row.seen_version,
      checkedAt: row.checked_at,
      verifiedAt: row.verified_at,
      verifiedVersion: row.verified_version,
    })),
  };
}
