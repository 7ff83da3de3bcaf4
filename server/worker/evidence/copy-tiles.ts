import "server-only";
import { TILE_WIDTH } from "#server/engines/merkle/tile-path.ts";
import { latestCheckpoint, logTile } from "#server/features/audit/index.ts";
import { recordTileCopies } from "#server/features/evidence/verbs/record-tile-copies.ts";
import type { ContentStore } from "#server/integrations/content-store/content-store.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";

/** Bundles copied in one pass; their tiles come with them. */
const BUNDLES_AT_ONCE = 64;
/** What is sealed is kept for ever; object lock holds its copy so long at first. */
const LOCKED_DAYS = 3_650;

interface Wanted {
  level: number;
  index: number;
}

/**
 * Copies full hash tiles and entry bundles of a log to the content store: they never change. The records are
 * written last, and copying what is there already changes nothing.
 */
export async function copyTiles(store: ContentStore, caller: Caller): Promise<number> {
  const { tenant } = caller;
  const wanted = await withTenant(
    tenant,
    "worker",
    async (tx) => {
      const head = await latestCheckpoint(tx, tenant);
      const [copied] = await tx.query<{ next: number }>(
        `SELECT coalesce(max(tile_index) + 1, 0)::float8 AS next FROM audit_tile_copy
         WHERE tenant_id = $1 AND level = -1`,
        [tenant],
      );
      return tilesBetween(copied?.next ?? 0, Number((head?.treeSize ?? 0n) / BigInt(TILE_WIDTH)));
    },
    { readOnly: true },
  );
  const retainUntil = new Date(Date.now() + LOCKED_DAYS * 86_400_000);
  const copies = [];
  for (const { level, index } of wanted) {
    const address = {
      level: level === -1 ? ("entries" as const) : level,
      index: BigInt(index),
      width: TILE_WIDTH,
    };
    const bytes = await withTenant(tenant, "worker", (tx) => logTile(tx, tenant, address), {
      readOnly: true,
    });
    if (!bytes) throw new Error(`a full tile is missing: ${level}/${index}`);
    const { digest } = await store.put(oneOf(bytes), { retainUntil });
    copies.push({ level, index, digest });
  }
  if (copies.length > 0) await runVerb(recordTileCopies, caller, { copies });
  return copies.length;
}

/** Entry bundles from `next` on, with the tiles that are full once they are: the bundles last. */
function tilesBetween(next: number, full: number): Wanted[] {
  const end = Math.min(full, next + BUNDLES_AT_ONCE);
  const wanted: Wanted[] = [];
  for (let level = 0, from = next, to = end; to > from; level += 1) {
    for (let index = from; index < to; index += 1) wanted.push({ level, index });
    from = Math.floor(from / TILE_WIDTH);
    to = Math.floor(to / TILE_WIDTH);
  }
  for (let index = next; index < end; index += 1) wanted.push({ level: -1, index });
  return wanted;
}

async function* oneOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
