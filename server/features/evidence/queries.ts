import "server-only";
import type { z } from "zod";
import { currentVerifierKey, logKeyList } from "#server/features/audit/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { ExportView, ListPacksInput, PackList, PackView } from "./schema.ts";
import { openText } from "./sealed-text.ts";

type PackRow = Omit<z.input<typeof PackView>, "query"> & {
  sealed_key: string;
  sealed: Buffer;
};

const COLUMNS = `pack_id AS "packId", state, disclosure, sealed_key, sealed, as_of AS "asOf", range_from::text AS "from",
  range_to::text AS "to", tree_size::text AS "treeSize", entries_done::float8 AS "entriesDone",
  match_count::float8 AS matches, encode(digest, 'hex') AS digest, byte_count::float8 AS bytes, failure,
  asked_by_name AS "askedByName", asked_at AS "askedAt", done_at AS "doneAt", kept_days AS "keptDays",
  expires_at AS "expiresAt",
  greatest(0, regexp_count(checkpoint, '\\n— ') - 1)::int AS cosignatures`;

/** Packs of a tenant, the newest first. */
export async function listPacks(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { cursor, limit }: z.output<typeof ListPacksInput>,
): Promise<z.input<typeof PackList>> {
  const rows = await tx.query<PackRow>(
    `SELECT ${COLUMNS} FROM evidence_pack
     WHERE tenant_id = $1 AND ($2::uuid IS NULL OR (asked_at, pack_id) < (
       SELECT c.asked_at, c.pack_id FROM evidence_pack c WHERE c.tenant_id = $1 AND c.pack_id = $2))
     ORDER BY asked_at DESC, pack_id DESC LIMIT $3`,
    [tenant, cursor ?? null, limit + 1],
  );
  const page = rows.slice(0, limit);
  return {
    packs: page.map((row) => viewOf(tenant, row)),
    nextCursor: rows.length > limit ? (page.at(-1)?.packId ?? null) : null,
    verifierKey: currentVerifierKey(await logKeyList(tx, tenant)),
    asOf: await tx.startedAt(),
  };
}

export async function packOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  packId: string,
): Promise<z.input<typeof PackView>> {
  const [row] = await tx.query<PackRow>(
    `SELECT ${COLUMNS} FROM evidence_pack WHERE tenant_id = $1 AND pack_id = $2`,
    [tenant, packId],
  );
  if (!row) throw notFound("evidence pack");
  return viewOf(tenant, row);
}

function viewOf(
  tenant: AuthorizedTenantId,
  { sealed_key: keyId, sealed, ...rest }: PackRow,
): z.input<typeof PackView> {
  return { ...rest, query: openText(tenant, rest.packId, keyId, sealed)?.query ?? null };
}

const MOST_EXPORTS = 50;

/** The newest exports: who took them stands in the log. */
export async function recentExports(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<z.input<typeof ExportView>[]> {
  const rows = await tx.query<
    Omit<z.input<typeof ExportView>, "query"> & { query_key: string; sealed: Buffer }
  >(
    `SELECT export_id AS "exportId", format, state, query_key, query AS sealed, event_count::float8 AS events,
       begun_at AS "begunAt", ended_at AS "endedAt"
     FROM audit_export WHERE tenant_id = $1 ORDER BY begun_at DESC, export_id DESC LIMIT $2`,
    [tenant, MOST_EXPORTS],
  );
  return rows.map(({ query_key: keyId, sealed, ...rest }) => ({
    ...rest,
    query: openText(tenant, rest.exportId, keyId, sealed)?.query ?? null,
  }));
}
