import { MerkleError } from "./merkle-error.ts";
import { type LeafRange, perfectSubtrees, tileOfSubtree } from "./subtree.ts";

/** The nodes of an inclusion proof, sibling of the leaf first (RFC 6962 §2.1.1). */
export function inclusionRanges(leafIndex: bigint, treeSize: bigint): LeafRange[] {
  if (leafIndex < 0n || leafIndex >= treeSize) {
    throw new MerkleError("the leaf index is beyond the tree");
  }
  const ranges: LeafRange[] = [];
  let start = 0n;
  let end = treeSize;
  while (end - start > 1n) {
    const middle = start + splitPoint(end - start);
    const isLeft = leafIndex < middle;
    ranges.unshift(isLeft ? { start: middle, end } : { start, end: middle });
    if (isLeft) end = middle;
    else start = middle;
  }
  return ranges;
}

/** The nodes of a consistency proof, lowest first (RFC 6962 §2.1.2). */
export function consistencyRanges(oldSize: bigint, newSize: bigint): LeafRange[] {
  if (oldSize < 1n || oldSize > newSize) throw new MerkleError("no proof between these sizes");
  if (oldSize === newSize) return [];
  const ranges: LeafRange[] = [];
  let start = 0n;
  let end = newSize;
  while (end !== oldSize) {
    const middle = start + splitPoint(end - start);
    if (oldSize <= middle) {
      ranges.unshift({ start: middle, end });
      end = middle;
    } else {
      ranges.unshift({ start, end: middle });
      start = middle;
    }
  }
  // The old tree itself is known to the verifier when it is a whole left subtree.
  return start === 0n ? ranges : [{ start, end }, ...ranges];
}

/** The distinct tiles that hashing these ranges reads. */
export function tilesForRanges(ranges: readonly LeafRange[]): { level: number; index: bigint }[] {
  const tiles = ranges.flatMap(perfectSubtrees).map(tileOfSubtree);
  return [...new Map(tiles.map((tile) => [`${tile.level}/${tile.index}`, tile])).values()];
}

/** The largest power of two smaller than `count` (at least 2). */
function splitPoint(count: bigint): bigint {
  return 1n << BigInt((count - 1n).toString(2).length - 1);
}
