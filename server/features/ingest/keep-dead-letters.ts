import "server-only";
import { createHmac } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { sealPayload } from "#server/platform/audit/payload-cipher.ts";
import { tenantKey } from "#server/platform/audit/tenant-keys.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { Refused } from "./receive.ts";

/** How many may wait in one tenant; beyond that they are counted and not kept. */
const MOST_WAITING = 10_000;

/**
 * Keeps what is refused, each with its envelope, sealed. What a sender sends again is counted. Gives their
 * ids in order, null where too many wait already, and which are new.
 */
export async function keepDeadLetters(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { sourceId, eventId }: { sourceId: string; eventId: string },
  refused: readonly Refused[],
): Promise<{ ids: (string | null)[]; isAnyNew: boolean }> {
  if (refused.length === 0) return { ids: [], isAnyNew: false };
  const [room] = await tx.query<{ is_full: boolean }>(
    `SELECT count(*) >= $2 AS is_full FROM (
       SELECT 1 FROM event_dead_letter WHERE tenant_id = $1 AND state = 'waiting' LIMIT $2) AS waiting`,
    [tenant, MOST_WAITING],
  );
  if (room?.is_full) return { ids: refused.map(() => null), isAnyNew: false };
  const key = tenantKey(tenant, "received-events");
  const rows = new Map<string, { id: string; digest: Buffer; count: number; one: Refused }>();
  const digests = refused.map((one) => {
    const digest = createHmac("sha256", key).update(`dead|${one.exact}`).digest();
    const name = digest.toString("hex");
    const row = rows.get(name);
    if (row) row.count += 1;
    else rows.set(name, { id: uuidv7(), digest, count: 1, one });
    return name;
  });
  const sorted = [...rows.values()].sort((a, b) => Buffer.compare(a.digest, b.digest));
  const sealed = sorted.map(({ id, one }) => sealPayload(tenant, id, { text: one.kept.text }));
  const kept = await tx.query<{ dead_letter_id: string; digest: Buffer; is_new: boolean }>(
    `INSERT INTO event_dead_letter AS d (tenant_id, dead_letter_id, source_id, state, reason, field, detail,
       digest, size_bytes, is_cut, is_masked, key_id, ciphertext, attempts, event_id, received_at, last_at)
     SELECT $1, id, $2, 'waiting', reason, field, detail, digest, size_bytes, is_cut, is_masked, key_id,
       ciphertext, attempts, $3, clock_timestamp(), clock_timestamp()
     FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::integer[], $10::boolean[],
       $11::boolean[], $12::text[], $13::bytea[], $14::integer[]) WITH ORDINALITY
       AS e (id, reason, field, detail, digest, size_bytes, is_cut, is_masked, key_id, ciphertext, attempts, place)
     ORDER BY place
     ON CONFLICT (tenant_id, source_id, digest) WHERE state = 'waiting'
     DO UPDATE SET attempts = d.attempts + excluded.attempts, last_at = excluded.last_at
     RETURNING dead_letter_id, digest, event_id = $3 AS is_new`,
    [
      tenant,
      sourceId,
      eventId,
      sorted.map(({ id }) => id),
      sorted.map(({ one }) => one.fault.reason),
      sorted.map(({ one }) => one.fault.field?.slice(0, 200) ?? null),
      sorted.map(({ one }) => one.fault.detail.slice(0, 300)),
      sorted.map(({ digest }) => digest),
      sorted.map(({ one }) => one.kept.sizeBytes),
      sorted.map(({ one }) => one.kept.isCut),
      sorted.map(({ one }) => one.kept.isMasked),
      sealed.map(({ keyId }) => keyId),
      sealed.map(({ ciphertext }) => ciphertext),
      sorted.map(({ count }) => count),
    ],
  );
  const ids = new Map(kept.map((row) => [row.digest.toString("hex"), row.dead_letter_id]));
  return {
    ids: digests.map((name) => ids.get(name) ?? null),
    isAnyNew: kept.some((row) => row.is_new),
  };
}
