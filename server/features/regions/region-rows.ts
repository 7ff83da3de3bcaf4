import "server-only";
import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { LAG_REASONS, LAGS, StoreFacts, StoreState } from "./schema.ts";

export interface RegionRow {
  [column: string]: unknown;
  region: string;
  region_id: string;
  display_name: string;
  addresses: string[];
  role: "primary" | "read-only";
  role_since: Date;
  configured_role: "primary" | "read-only";
  replication: "none" | "storage-snapshot" | "other";
  max_lag_seconds: number;
  position: number;
}

export interface StoreRow {
  [column: string]: unknown;
  store_id: string;
  kind: "openbao" | "azure-key-vault";
  region: string | null;
  state: StoreState;
  state_since: Date;
  observed_at: Date | null;
  facts: Partial<StoreFacts>;
  digest: string;
  detail: string;
  lag: (typeof LAGS)[number];
  lag_reason: (typeof LAG_REASONS)[number];
  lag_since: Date;
  /** A bigint of the database. */
  marker_sequence: string | null;
  marker_written_at: Date | null;
  fence: string;
  is_leased: boolean;
  is_due: boolean;
}

const REGION_COLUMNS = `region, region_id, display_name, addresses, role, role_since, configured_role, replication,
  max_lag_seconds, position`;

/** The regions that the configuration names, in its order. */
export function regionsOf(tx: TenantTx, tenant: AuthorizedTenantId): Promise<RegionRow[]> {
  return tx.query<RegionRow>(
    `SELECT ${REGION_COLUMNS} FROM region WHERE tenant_id = $1 AND removed_at IS NULL ORDER BY position, region`,
    [tenant],
  );
}

const STORE_COLUMNS = `store_id, kind, region, state, state_since, observed_at, facts, digest, detail, lag, lag_reason,
  lag_since, marker_sequence, marker_written_at, fence,
  coalesce(lease_until > clock_timestamp(), false) AS is_leased, next_observation_at <= clock_timestamp() AS is_due`;

export function storesOf(tx: TenantTx, tenant: AuthorizedTenantId): Promise<StoreRow[]> {
  return tx.query<StoreRow>(
    `SELECT ${STORE_COLUMNS} FROM store_observation WHERE tenant_id = $1 ORDER BY store_id`,
    [tenant],
  );
}

/** Locked for the rest of the transaction; undefined when absent or foreign. */
export async function lockStore(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  storeId: string,
): Promise<StoreRow | undefined> {
  const [row] = await tx.query<StoreRow>(
    `SELECT ${STORE_COLUMNS} FROM store_observation WHERE tenant_id = $1 AND store_id = $2 FOR UPDATE`,
    [tenant, storeId],
  );
  return row;
}

/**
 * SHA-256 of what a decision about a region depends on: its state, its nodes and their standing, without
 * the indexes and times that move by themselves.
 */
export function observationDigest(state: StoreState, facts: StoreFacts): string {
  const nodes = facts.nodes
    .map(({ id, address, isLeader, isVoter, isHealthy, state: nodeState }) => ({
      id,
      address,
      isLeader,
      isVoter,
      isHealthy,
      state: nodeState,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const { version, isRaft, autopilot } = facts;
  const text = canonicalJson({ state, version, isRaft, autopilot, nodes } as unknown as JsonValue);
  return createHash("sha256").update(text).digest("hex");
}
