import { concatBytes } from "./bytes.ts";
import { emptyRoot, HASH_BYTES, nodeHash } from "./hashing.ts";
import { MerkleError } from "./merkle-error.ts";
import { TILE_HEIGHT } from "./tile-path.ts";
import { trailingZeros } from "./uint64-bits.ts";

/** The hashes of one tile, end to end; may be wider than needed. Undefined when absent. */
export type TileReader = (level: number, index: bigint) => Uint8Array | undefined;

/** The leaves `[start, end)`. */
export interface LeafRange {
  start: bigint;
  end: bigint;
}

/** A perfect subtree: `2^height` leaves from `index * 2^height`. */
export interface PerfectSubtree {
  height: number;
  index: bigint;
}

/** The perfect subtrees whose hashes, folded from the right, give MTH of the range. */
export function perfectSubtrees({ start, end }: LeafRange): PerfectSubtree[] {
  const subtrees: PerfectSubtree[] = [];
  for (let from = start; from < end; ) {
    const height = Math.min(
      from === 0n ? 64 : trailingZeros(from),
      (end - from).toString(2).length - 1,
    );
    subtrees.push({ height, index: from >> BigInt(height) });
    from += 1n << BigInt(height);
  }
  return subtrees;
}

/** The tile that holds what is needed to hash a perfect subtree. */
export function tileOfSubtree({ height, index }: PerfectSubtree): { level: number; index: bigint } {
  const within = height % TILE_HEIGHT;
  return {
    level: (height - within) / TILE_HEIGHT,
    index: index >> BigInt(TILE_HEIGHT - within),
  };
}

/**
 * RFC 6962 MTH of a range that begins a subtree (as every node of a proof does), from tiles.
 * Throws `MerkleError` when a tile is absent or too short.
 */
export function rangeHash(range: LeafRange, read: TileReader): Uint8Array {
  const hashes = perfectSubtrees(range).map((subtree) => subtreeHash(subtree, read));
  const last = hashes.pop();
  return last ? hashes.reduceRight((right, left) => nodeHash(left, right), last) : emptyRoot();
}

function subtreeHash(subtree: PerfectSubtree, read: TileReader): Uint8Array {
  const { level, index } = tileOfSubtree(subtree);
  const count = 2 ** (subtree.height % TILE_HEIGHT);
  const first = Number(BigInt.asUintN(TILE_HEIGHT, subtree.index * BigInt(count)));
  const tile = read(level, index);
  const end = (first + count) * HASH_BYTES;
  if (!tile || tile.length < end)
    throw new MerkleError(`tile ${level}/${index} is absent or short`);
  return foldPerfect(tile.subarray(first * HASH_BYTES, end));
}

/** The root over a power-of-two row of hashes. */
export function foldPerfect(row: Uint8Array): Uint8Array {
  if (row.length === HASH_BYTES) return row.slice();
  const parents: Uint8Array[] = [];
  for (let at = 0; at < row.length; at += 2 * HASH_BYTES) {
    const middle = at + HASH_BYTES;
    parents.push(nodeHash(row.subarray(at, middle), row.subarray(middle, middle + HASH_BYTES)));
  }
  return foldPerfect(concatBytes(...parents));
}
