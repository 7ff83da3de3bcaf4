import "server-only";
import { seedPlace } from "#server/features/audit/index.ts";
import {
  keepDataKeys,
  rewrapDataKey,
  rewrapForTenant,
  type StoredDataKey,
} from "#server/platform/audit/data-keys.ts";
import { segmentPlace } from "#server/platform/audit/index-cipher.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

interface Replacement {
  rootVersion: number;
  /** As the keeper wrapped it: this process has the key itself. */
  wrapped: string;
  origin: "generated" | "imported";
  /** Events whose keys are cut out. */
  without: readonly string[];
  /** Data keys that are destroyed whole. */
  destroy: readonly string[];
}

/**
 * Wraps everything of a tenant anew and destroys the wrapping from before: what a backup of the database holds is
 * under a key that the keeper no longer has. Call `forgetTenantKeys` when the transaction has ended, however it did:
 * this process already counts with the new key. Gives the new version.
 */
export async function replaceWrapKey(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { rootVersion, wrapped, origin, without, destroy }: Replacement,
): Promise<number> {
  // No segment is written while its key is on the move.
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('audit-indexer|' || $1, 0))", [
    tenant,
  ]);
  const [old] = await tx.query<{ version: number; keeper: string; wrapped: string }>(
    "SELECT version, keeper, wrapped FROM audit_wrap_key WHERE tenant_id = $1 AND wrapped IS NOT NULL FOR UPDATE",
    [tenant],
  );
  if (!old) throw new Error(`${tenant} has no key to replace`);
  const version = old.version + 1;
  const rewrap = { from: old.wrapped, to: wrapped };
  const keys = await tx.query<StoredDataKey & Record<string, unknown>>(
    "SELECT key_id, class, period::text AS period, wrapped FROM audit_data_key WHERE tenant_id = $1 FOR UPDATE",
    [tenant],
  );
  const cut = await cutOut(tx, tenant, without);
  const after = keys.map((key) =>
    key.wrapped === null || destroy.includes(key.key_id)
      ? { ...key, wrapped: null }
      : {
          ...key,
          wrapped: rewrapDataKey(
            tenant,
            { ...key, wrapped: key.wrapped },
            { ...rewrap, without: cut.get(key.key_id) ?? [] },
          ),
        },
  );
  await tx.query(
    "UPDATE audit_wrap_key SET wrapped = NULL, destroyed_at = clock_timestamp() WHERE tenant_id = $1 AND version = $2",
    [tenant, old.version],
  );
  await tx.query(
    `INSERT INTO audit_wrap_key (tenant_id, version, keeper, root_version, origin, wrapped, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())`,
    [tenant, version, old.keeper, rootVersion, origin, wrapped],
  );
  await tx.query(
    `UPDATE audit_data_key k SET wrapped = n.wrapped, punctures = punctures + n.cut,
       wrap_version = CASE WHEN n.wrapped IS NULL THEN wrap_version ELSE $2 END,
       destroyed_at = CASE WHEN n.wrapped IS NULL THEN coalesce(destroyed_at, clock_timestamp()) END
     FROM unnest($3::text[], $4::bytea[], $5::integer[]) AS n (key_id, wrapped, cut)
     WHERE k.tenant_id = $1 AND k.key_id = n.key_id`,
    [
      tenant,
      version,
      after.map((key) => key.key_id),
      after.map((key) => key.wrapped),
      after.map((key) => cut.get(key.key_id)?.length ?? 0),
    ],
  );
  await rewrapSegments(tx, tenant, rewrap);
  await rewrapLogKeys(tx, tenant, rewrap);
  keepDataKeys(tenant, { version, keeper: old.keeper, wrapped }, after);
  return version;
}

/** Of these events, which stand under which data key. */
async function cutOut(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  eventIds: readonly string[],
): Promise<ReadonlyMap<string, string[]>> {
  const rows = await tx.query<{ key_id: string; events: string[] }>(
    `SELECT key_id, array_agg(event_id::text) AS events FROM audit_payload
     WHERE tenant_id = $1 AND event_id = ANY ($2::uuid[]) GROUP BY key_id`,
    [tenant, eventIds],
  );
  return new Map(rows.map((row) => [row.key_id, row.events]));
}

/** The seeds of the log's keys: locked, so that no change of the key passes by. */
async function rewrapLogKeys(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rewrap: { from: string; to: string },
): Promise<void> {
  const keys = await tx.query<{ number: number; public_key: Buffer; wrapped: Buffer }>(
    `SELECT number, public_key, wrapped FROM audit_log_key WHERE tenant_id = $1 AND wrapped IS NOT NULL AND wrapped_by = 'tenant' FOR UPDATE`,
    [tenant],
  );
  const wrapped = keys.map((key) => {
    const place = seedPlace(key.number, key.public_key);
    return rewrapForTenant(tenant, key.wrapped, { ...rewrap, place });
  });
  await tx.query(
    `UPDATE audit_log_key k SET wrapped = n.wrapped FROM unnest($2::integer[], $3::bytea[]) AS n (number, wrapped)
     WHERE k.tenant_id = $1 AND k.number = n.number`,
    [tenant, keys.map((key) => key.number), wrapped],
  );
}

async function rewrapSegments(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rewrap: { from: string; to: string },
): Promise<void> {
  const segments = await tx.query<{
    level: number;
    segment: number;
    width: number;
    wrapped_key: Buffer;
  }>(
    "SELECT level, segment, width, wrapped_key FROM audit_segment WHERE tenant_id = $1 AND wrapped_key IS NOT NULL",
    [tenant],
  );
  const wrapped = segments.map((each) => {
    const place = segmentPlace(`${each.level}/${each.segment}/${each.width}`);
    return rewrapForTenant(tenant, each.wrapped_key, { ...rewrap, place });
  });
  await tx.query(
    `UPDATE audit_segment s SET wrapped_key = n.wrapped_key
     FROM unnest($2::smallint[], $3::integer[], $4::integer[], $5::bytea[]) AS n (level, segment, width, wrapped_key)
     WHERE s.tenant_id = $1 AND s.level = n.level AND s.segment = n.segment AND s.width = n.width`,
    [
      tenant,
      segments.map((each) => each.level),
      segments.map((each) => each.segment),
      segments.map((each) => each.width),
      wrapped,
    ],
  );
}
