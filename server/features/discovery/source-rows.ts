import "server-only";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { RecordDiscoveryInput } from "./schema.ts";

type Recorded = z.output<typeof RecordDiscoveryInput>;

/**
 * Notes how each source was read. A failing one keeps what its last whole reading said, and since
 * when it fails. Gives whether any of them began or ceased to fail.
 */
export async function noteSources(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  sources: Recorded["sources"],
): Promise<boolean> {
  const before = await tx.query<{ source: string; place: string; failure_code: string | null }>(
    "SELECT source, place, failure_code FROM discovery_source WHERE tenant_id = $1",
    [tenant],
  );
  const key = (each: { source: string; place: string }) => `${each.source}\n${each.place}`;
  const codes = new Map(before.map((each) => [key(each), each.failure_code]));
  let isChanged = false;
  for (const each of sources) {
    const { source, place, failure, found, takenAt, digest } = each;
    if (codes.get(key(each)) !== (failure?.code ?? null)) isChanged = true;
    codes.delete(key(each));
    await tx.query(
      `INSERT INTO discovery_source AS s (tenant_id, source, place, tried_at, read_at, failing_since,
         failure_code, failure_text, found, taken_at, digest)
       VALUES ($1, $2, $3, clock_timestamp(), CASE WHEN $4::text IS NULL THEN clock_timestamp() END,
         CASE WHEN $4::text IS NOT NULL THEN clock_timestamp() END, $4, $5, $6, $7, $8)
       ON CONFLICT (tenant_id, source, place) DO UPDATE SET tried_at = excluded.tried_at,
         read_at = coalesce(excluded.read_at, s.read_at),
         failing_since = CASE WHEN excluded.failing_since IS NOT NULL THEN coalesce(s.failing_since, excluded.failing_since) END,
         failure_code = excluded.failure_code, failure_text = excluded.failure_text,
         found = CASE WHEN excluded.failure_code IS NULL THEN excluded.found ELSE s.found END,
         taken_at = coalesce(excluded.taken_at, s.taken_at), digest = coalesce(excluded.digest, s.digest)`,
      [tenant, source, place, failure?.code ?? null, failure?.text ?? null, found, takenAt, digest],
    );
  }
  // Sources that are not configured any more.
  for (const gone of codes.keys()) {
    const [source, place] = gone.split("\n");
    await tx.query(
      "DELETE FROM discovery_source WHERE tenant_id = $1 AND source = $2 AND place = $3",
      [tenant, source, place],
    );
  }
  return isChanged || codes.size > 0;
}

/** Notes which objects refer to which secret; what a whole reading doesn't have any more is gone. */
export async function noteSightings(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  references: Recorded["references"],
  isWhole: boolean,
): Promise<void> {
  const columns = [
    references.map((each) => each.store),
    references.map((each) => each.path),
    references.map((each) => each.place),
    references.map((each) => each.detail),
  ];
  await tx.query(
    `INSERT INTO secret_sighting AS s (tenant_id, binding_id, source, place, detail, first_seen_at, last_seen_at)
     SELECT DISTINCT ON (b.binding_id, f.place) $1, b.binding_id, 'external-secret', f.place, f.detail, clock_timestamp(), clock_timestamp()
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS f (store, path, place, detail)
     JOIN secret_binding b ON b.tenant_id = $1 AND b.store = f.store AND b.path = f.path
     ON CONFLICT (tenant_id, binding_id, source, place) DO UPDATE
       SET detail = excluded.detail, last_seen_at = excluded.last_seen_at, gone_at = NULL
       WHERE s.detail <> excluded.detail OR s.gone_at IS NOT NULL OR s.last_seen_at < clock_timestamp() - interval '1 hour'`,
    [tenant, ...columns],
  );
  if (!isWhole) return;
  await tx.query(
    `UPDATE secret_sighting s SET gone_at = clock_timestamp()
     WHERE s.tenant_id = $1 AND s.source = 'external-secret' AND s.gone_at IS NULL
       AND NOT EXISTS (SELECT FROM unnest($2::text[], $3::text[], $4::text[]) AS f (store, path, place)
         JOIN secret_binding b ON b.tenant_id = $1 AND b.store = f.store AND b.path = f.path
         WHERE b.binding_id = s.binding_id AND f.place = s.place)`,
    [tenant, ...columns.slice(0, 3)],
  );
}
