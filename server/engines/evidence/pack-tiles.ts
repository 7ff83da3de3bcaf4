import { tilesForRanges } from "../merkle/proof-ranges.ts";
import { TILE_WIDTH, tileWidth } from "../merkle/tile-path.ts";

/** Leaves `[from, to)` of a tree of `treeSize`, in whole tiles: `from` on a border, `to` too or the end. */
export interface PackRange {
  readonly from: bigint;
  readonly to: bigint;
  readonly treeSize: bigint;
}

export interface HashTile {
  readonly level: number;
  readonly index: bigint;
  readonly width: number;
}

/** The smallest range of whole tiles around `[from, to)`; throws `RangeError` where the tree has none. */
export function wholeTiles(from: bigint, to: bigint, treeSize: bigint): PackRange {
  if (from < 0n || from > to || to > treeSize) throw new RangeError("no such range in the tree");
  const width = BigInt(TILE_WIDTH);
  const end = ((to + width - 1n) / width) * width;
  return { from: (from / width) * width, to: end < treeSize ? end : treeSize, treeSize };
}

/** The tiles of leaf hashes that make up the range, rising. */
export function* leafTiles({ from, to, treeSize }: PackRange): Generator<HashTile> {
  for (let index = from / BigInt(TILE_WIDTH); index * BigInt(TILE_WIDTH) < to; index += 1n) {
    yield { level: 0, index, width: tileWidth(0, index, treeSize) };
  }
}

/**
 * What binds the range to the root, the highest level first: every tile above the range, and the right
 * edge of the tree. A full tile folds to its place in the tile above it; partial ones are on the edge.
 * These are the same hashes as compact range proofs on the left and right of the range.
 */
export function bindingTiles(range: PackRange): HashTile[] {
  const { from, to, treeSize } = range;
  const found = new Map<string, HashTile>();
  const add = (level: number, index: bigint) => {
    const width = tileWidth(level, index, treeSize);
    if (width > 0) found.set(`${level}/${index}`, { level, index, width });
  };
  const isInside = (level: number, index: bigint) =>
    level === 0 && index * BigInt(TILE_WIDTH) >= from && index * BigInt(TILE_WIDTH) < to;
  for (const { level, index } of tilesForRanges([{ start: 0n, end: treeSize }])) {
    if (!isInside(level, index)) add(level, index);
  }
  if (from < to) {
    for (let level = 1; treeSize >> BigInt(level * 8) > 0n; level += 1) {
      const shift = BigInt((level + 1) * 8);
      for (let index = from >> shift; index <= (to - 1n) >> shift; index += 1n) add(level, index);
    }
  }
  return [...found.values()].sort(
    (a, b) => b.level - a.level || (a.index < b.index ? -1 : Number(a.index > b.index)),
  );
}
