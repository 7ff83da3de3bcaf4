import { TILE_HEIGHT, TILE_WIDTH, tileWidth } from "./tile-path.ts";

export interface EdgeTile {
  level: number;
  index: bigint;
  /** 1–255. */
  width: number;
}

/** The partial tiles of a tree, lowest level first: all that appending and the root need. */
export function rightEdge(treeSize: bigint): EdgeTile[] {
  const tiles: EdgeTile[] = [];
  for (let level = 0; treeSize >> BigInt(level * TILE_HEIGHT) > 0n; level += 1) {
    const index = treeSize >> BigInt((level + 1) * TILE_HEIGHT);
    const width = tileWidth(level, index, treeSize);
    if (width > 0 && width < TILE_WIDTH) tiles.push({ level, index, width });
  }
  return tiles;
}
