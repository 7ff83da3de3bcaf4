import { consistencyRanges, inclusionRanges } from "./proof-ranges.ts";
import { rangeHash, type TileReader } from "./subtree.ts";

/** Proof that a leaf is in the tree; needs the tiles `tilesForRanges(inclusionRanges(…))`. */
export function inclusionProof(
  leafIndex: bigint,
  treeSize: bigint,
  read: TileReader,
): Uint8Array[] {
  return inclusionRanges(leafIndex, treeSize).map((range) => rangeHash(range, read));
}

/** Proof that the tree of `newSize` begins with that of `oldSize` (at least 1). */
export function consistencyProof(oldSize: bigint, newSize: bigint, read: TileReader): Uint8Array[] {
  return consistencyRanges(oldSize, newSize).map((range) => rangeHash(range, read));
}
