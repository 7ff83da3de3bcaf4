import { concatBytes } from "./bytes.ts";
import { HASH_BYTES } from "./hashing.ts";
import { MerkleError } from "./merkle-error.ts";
import { rightEdge } from "./right-edge.ts";
import { foldPerfect, type TileReader } from "./subtree.ts";
import { TILE_HEIGHT, TILE_WIDTH } from "./tile-path.ts";
import { treeRoot } from "./tree-root.ts";

export interface Tile {
  level: number;
  index: bigint;
  /** 1–256. */
  width: number;
  hashes: Uint8Array;
}

export interface GrownTree {
  size: bigint;
  root: Uint8Array;
  /** Every tile that is new or wider than before, at its final width. */
  tiles: Tile[];
}

/**
 * Appends leaf hashes to a tree of `size` leaves. Reads only the partial tiles named by
 * `rightEdge(size)`; a wider stored tile is cut to the width this size has.
 */
export function appendLeaves(
  size: bigint,
  read: TileReader,
  leafHashes: readonly Uint8Array[],
): GrownTree {
  if (leafHashes.some((hash) => hash.length !== HASH_BYTES)) {
    throw new MerkleError("a leaf hash is not 32 bytes");
  }
  const rows = openRows(size, read);
  const full: Tile[] = [];
  const touched = new Set<number>();
  const push = (level: number, hash: Uint8Array): void => {
    const row = rows.get(level) ?? { index: 0n, hashes: [] };
    rows.set(level, row);
    touched.add(level);
    row.hashes.push(hash);
    if (row.hashes.length < TILE_WIDTH) return;
    const hashes = concatBytes(...row.hashes);
    full.push({ level, index: row.index, width: TILE_WIDTH, hashes });
    rows.set(level, { index: row.index + 1n, hashes: [] });
    push(level + 1, foldPerfect(hashes));
  };
  for (const hash of leafHashes) push(0, hash);

  const edge = [...rows].map(([level, row]) => asTile(level, row)).filter((tile) => tile.width > 0);
  const grown = size + BigInt(leafHashes.length);
  const root = treeRoot(
    grown,
    (level, index) => edge.find((tile) => tile.level === level && tile.index === index)?.hashes,
  );
  return { size: grown, root, tiles: [...full, ...edge.filter((tile) => touched.has(tile.level))] };
}

interface Row {
  index: bigint;
  hashes: Uint8Array[];
}

function openRows(size: bigint, read: TileReader): Map<number, Row> {
  const rows = new Map<number, Row>();
  // Levels whose row is exactly full have no partial tile, yet their next index is not 0.
  for (let level = 0; size >> BigInt(level * TILE_HEIGHT) > 0n; level += 1) {
    rows.set(level, { index: size >> BigInt((level + 1) * TILE_HEIGHT), hashes: [] });
  }
  for (const { level, index, width } of rightEdge(size)) {
    const stored = read(level, index);
    if (!stored || stored.length < width * HASH_BYTES) {
      throw new MerkleError(`tile ${level}/${index} is absent or short`);
    }
    const hashes = Array.from({ length: width }, (_, position) =>
      stored.slice(position * HASH_BYTES, (position + 1) * HASH_BYTES),
    );
    rows.set(level, { index, hashes });
  }
  return rows;
}

function asTile(level: number, row: Row): Tile {
  return { level, index: row.index, width: row.hashes.length, hashes: concatBytes(...row.hashes) };
}
