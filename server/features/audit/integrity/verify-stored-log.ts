import "server-only";
import { equalBytes } from "#server/engines/merkle/bytes.ts";
import { type Checkpoint, openCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import { findLogFaults, MOST_FAULTS } from "#server/engines/merkle/find-log-faults.ts";
import type { NoteVerifier } from "#server/engines/merkle/note-key.ts";
import { rightEdge } from "#server/engines/merkle/right-edge.ts";
import { tileWidth } from "#server/engines/merkle/tile-path.ts";
import { treeRoot } from "#server/engines/merkle/tree-root.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { eventFaults } from "./event-faults.ts";
import { type RowReader, storedLogFiles } from "./stored-log-files.ts";

export interface StoredLogVerdict {
  /** Entries under the newest signed head. */
  size: bigint;
  /** Where the stored log is not the one that was signed; none: it is. */
  faults: string[];
}

/**
 * Holds everything that the tables have of a tenant's log against a checkpoint that was kept elsewhere
 * and the log's public key: heads, tiles, leaves, events with their columns, payloads, and the queue of
 * what is not sealed yet. Of a row that was changed, put in, taken out or moved it says where. The
 * times of sealing and signing are in no leaf: nothing proves them, and nothing is said of them.
 */
export async function verifyStoredLog(
  rows: RowReader,
  tenant: AuthorizedTenantId,
  kept: { note: string; key: NoteVerifier },
): Promise<StoredLogVerdict> {
  const faults: string[] = [];
  const { key } = kept;
  let known: Checkpoint;
  try {
    known = openCheckpoint(kept.note, key.name, key);
  } catch (error) {
    const why = (error as Error).message;
    return { size: 0n, faults: [`the checkpoint kept elsewhere is not of ${key.name}: ${why}`] };
  }
  const heads = await rows.query<{ tree_size: string; root_hash: Buffer; note: string }>(
    "SELECT tree_size, root_hash, note FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY tree_size",
    [tenant],
  );
  const signed: Checkpoint[] = [known];
  for (const head of heads) {
    const place = `the head of ${head.tree_size} entries`;
    try {
      const opened = openCheckpoint(head.note, key.name, key);
      if (opened.size !== BigInt(head.tree_size) || !equalBytes(opened.root, head.root_hash)) {
        faults.push(`${place} is stored otherwise than it was signed`);
      } else signed.push(opened);
    } catch (error) {
      faults.push(`${place} is not signed by the log: ${(error as Error).message}`);
    }
  }
  const newest = signed.reduce((a, b) => (b.size > a.size ? b : a));
  const stored = BigInt(heads.at(-1)?.tree_size ?? 0);
  if (stored < known.size) {
    faults.push(`the log ends at entry ${stored}; ${known.size} were signed: it was cut`);
  }
  const files = storedLogFiles(rows, tenant);
  faults.push(...(await findLogFaults(files, newest)));
  faults.push(...(await extraTiles(rows, tenant, newest.size)));
  for (const head of signed) {
    if (faults.length >= MOST_FAULTS) break;
    if (head.size === newest.size && equalBytes(head.root, newest.root)) continue;
    const tiles = new Map<string, Uint8Array>();
    for (const { level, index } of rightEdge(head.size)) {
      const tile = await files.tile(level, index, tileWidth(level, index, head.size));
      if (tile) tiles.set(`${level}/${index}`, tile);
    }
    const root = rootOf(head.size, tiles);
    if (!root || !equalBytes(root, head.root)) {
      faults.push(`the log does not lead to what was signed at ${head.size} entries`);
    }
  }
  if (faults.length < MOST_FAULTS) faults.push(...(await eventFaults(rows, tenant, newest.size)));
  return { size: newest.size, faults: faults.slice(0, MOST_FAULTS) };
}

function rootOf(size: bigint, tiles: ReadonlyMap<string, Uint8Array>): Uint8Array | undefined {
  try {
    return treeRoot(size, (level, index) => tiles.get(`${level}/${index}`));
  } catch {
    return undefined;
  }
}

/** Tiles that a tree of this size does not have, or has less of. */
async function extraTiles(rows: RowReader, tenant: string, size: bigint): Promise<string[]> {
  const tiles = await rows.query<{ level: number; tile_index: string; width: number }>(
    "SELECT level, tile_index, width FROM audit_tile WHERE tenant_id = $1",
    [tenant],
  );
  return tiles.flatMap(({ level, tile_index: index, width }) =>
    width === tileWidth(level, BigInt(index), size)
      ? []
      : [
          `tile ${level}/${index} has ${width} hashes, signed are ${tileWidth(level, BigInt(index), size)}`,
        ],
  );
}
