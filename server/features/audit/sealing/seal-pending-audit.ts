import "server-only";
import { appendLeaves, type GrownTree } from "#server/engines/merkle/append-leaves.ts";
import { signCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import { leafHash } from "#server/engines/merkle/hashing.ts";
import { type TenantTx, withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { logOrigin } from "./log-key.ts";
import { logSigners } from "./log-keys.ts";
import { trustedHead } from "./trusted-head.ts";

/** Events sealed under one signature at most: bounds the transaction and the memory of a pass. */
export const MAX_BATCH = 2_000;

export interface SealedBatch {
  /** Events that became leaves. */
  sealed: number;
  /** Whether more may be waiting. */
  isFull: boolean;
}

/**
 * One pass of a tenant's sequencer: gives the next indexes to events not yet sequenced, extends the
 * tree and signs its new head, all in one transaction. Undefined when another sequencer holds the
 * tenant. Throws `MerkleError` rather than sign on top of an altered log.
 */
export function sealPendingAudit(
  tenant: AuthorizedTenantId,
  maxBatch: number = MAX_BATCH,
): Promise<SealedBatch | undefined> {
  return withTenant(tenant, "worker", async (tx) => {
    if (!(await isOnlySequencer(tx, tenant))) return undefined;
    const taken = await takePending(tx, tenant, maxBatch);
    const fresh = taken.filter((row) => row.envelope !== null && !row.is_sealed);
    if (fresh.length > 0) await extendLog(tx, tenant, fresh as PendingEvent[]);
    return { sealed: fresh.length, isFull: taken.length === maxBatch };
  });
}

interface PendingEvent {
  event_id: string;
  envelope: string;
}

async function isOnlySequencer(tx: TenantTx, tenant: AuthorizedTenantId): Promise<boolean> {
  const [row] = await tx.query<{ locked: boolean }>(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('audit-sequencer|' || $1, 0)) AS locked",
    [tenant],
  );
  return row?.locked === true;
}

/**
 * Takes the oldest waiting events off the queue (ids are UUIDv7, so the key is in order of time). A row without an event, or of an event that has its
 * leaf already, is only taken off: no stray row may stop the log. Each row is looked up by its key: a plan that
 * joins whole tables reads all that waits and all leaves for each batch, and a sequencer that is behind stays behind.
 */
function takePending(tx: TenantTx, tenant: AuthorizedTenantId, maxBatch: number) {
  return tx.query<{ event_id: string; envelope: string | null; is_sealed: boolean }>(
    `WITH taken AS (
       DELETE FROM audit_pending p WHERE p.tenant_id = $1 AND p.event_id = ANY (ARRAY(
         SELECT event_id FROM audit_pending WHERE tenant_id = $1 ORDER BY event_id LIMIT $2))
       RETURNING p.event_id
     )
     SELECT t.event_id, e.envelope, l.event_id IS NOT NULL AS is_sealed
     FROM taken t
     LEFT JOIN LATERAL (SELECT envelope FROM audit_event
       WHERE tenant_id = $1 AND event_id = t.event_id LIMIT 1) e ON true
     LEFT JOIN LATERAL (SELECT event_id FROM audit_leaf
       WHERE tenant_id = $1 AND event_id = t.event_id LIMIT 1) l ON true
     ORDER BY t.event_id`,
    [tenant, maxBatch],
  );
}

async function extendLog(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  events: readonly PendingEvent[],
): Promise<void> {
  const { keys, signers } = await logSigners(tx, tenant);
  const head = await trustedHead(tx, tenant, keys);
  const hashes = events.map(({ envelope }) => leafHash(new TextEncoder().encode(envelope)));
  const grown = appendLeaves(head.treeSize, head.read, hashes);
  await tx.query(
    `INSERT INTO audit_leaf (tenant_id, leaf_index, event_id, leaf_hash, sealed_at)
     SELECT $1, $2::bigint + place - 1, event_id, leaf_hash, clock_timestamp()
     FROM unnest($3::uuid[], $4::bytea[]) WITH ORDINALITY AS leaf (event_id, leaf_hash, place)`,
    [tenant, head.treeSize.toString(), events.map((event) => event.event_id), hashes.map(buffer)],
  );
  await storeTiles(tx, tenant, grown);
  const checkpoint = {
    origin: logOrigin(tenant),
    size: grown.size,
    root: grown.root,
    extensions: [],
  };
  await tx.query(
    `INSERT INTO audit_checkpoint (tenant_id, tree_size, root_hash, note, signed_at)
     VALUES ($1, $2, $3, $4, clock_timestamp())`,
    [tenant, grown.size.toString(), buffer(grown.root), signCheckpoint(checkpoint, ...signers)],
  );
}

async function storeTiles(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { tiles }: GrownTree,
): Promise<void> {
  const stored = await tx.query(
    `INSERT INTO audit_tile AS t (tenant_id, level, tile_index, width, hashes)
     SELECT $1, level, tile_index, width, hashes
     FROM unnest($2::integer[], $3::bigint[], $4::integer[], $5::bytea[]) AS tile (level, tile_index, width, hashes)
     ON CONFLICT (tenant_id, level, tile_index) DO UPDATE SET width = excluded.width, hashes = excluded.hashes
     WHERE t.width < excluded.width AND substr(excluded.hashes, 1, t.width * 32) = t.hashes
     RETURNING t.level`,
    [
      tenant,
      tiles.map(({ level }) => level),
      tiles.map(({ index }) => index.toString()),
      tiles.map(({ width }) => width),
      tiles.map(({ hashes }) => buffer(hashes)),
    ],
  );
  // A tile only ever grows to the right; anything else means that the stored one was altered.
  if (stored.length !== tiles.length) throw new Error(`the log of ${tenant} has an altered tile`);
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
