import { rangeHash, type TileReader } from "./subtree.ts";

/** The root of a tree of `treeSize` leaves, from the tiles of its right edge (`tilesForRanges`). */
export function treeRoot(treeSize: bigint, read: TileReader): Uint8Array {
  return rangeHash({ start: 0n, end: treeSize }, read);
}
