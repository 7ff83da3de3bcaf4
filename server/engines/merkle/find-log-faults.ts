import { equalBytes, toHex } from "./bytes.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { HASH_BYTES, leafHash } from "./hashing.ts";
import { rightEdge } from "./right-edge.ts";
import { foldPerfect } from "./subtree.ts";
import { formatTilePath, TILE_WIDTH, tileWidth } from "./tile-path.ts";
import { treeRoot } from "./tree-root.ts";

/** A log as it is stored somewhere. What is absent is undefined; what can't be read throws. */
export interface StoredLogFiles {
  /** At least `width` hashes of a tile. */
  tile(level: number, index: bigint, width: number): Promise<Uint8Array | undefined>;
  /** The entries of a bundle, in order; a place without one is undefined. */
  entries(index: bigint, width: number): Promise<readonly (Uint8Array | undefined)[] | undefined>;
}

export const MOST_FAULTS = 100;

/** Where a tile is. */
export interface TilePlace {
  level: number;
  index: bigint;
}

/**
 * Holds every entry and tile against a checkpoint that is believed: entries are hashed and compared
 * with the tiles of level 0, each full tile with the hash above it, and the right edge with the signed
 * root. A fault names the place, not only the fact; none: the log is the one that was signed.
 */
export async function findLogFaults(
  files: StoredLogFiles,
  head: Pick<Checkpoint, "size" | "root">,
): Promise<string[]> {
  const faults: string[] = [];
  for (const place of tilesOfTree(head.size)) {
    if (faults.length >= MOST_FAULTS) return [...faults, `more than ${MOST_FAULTS}, stopped`];
    faults.push(...(await tileFaults(files, head.size, place)));
  }
  return [...faults, ...(await rootFaults(files, head))];
}

/** Every tile of a tree, the lowest level first, from a place on. */
export function* tilesOfTree(
  size: bigint,
  from: TilePlace = { level: 0, index: 0n },
): Generator<TilePlace> {
  for (let level = from.level; level === 0 || size >> BigInt(level * 8) > 0n; level += 1) {
    const first = level === from.level ? from.index : 0n;
    for (let index = first; tileWidth(level, index, size) > 0; index += 1n) yield { level, index };
  }
}

/** One tile against what is below it: the entries, or the full tiles. */
export async function tileFaults(
  files: StoredLogFiles,
  size: bigint,
  { level, index }: TilePlace,
): Promise<string[]> {
  const width = tileWidth(level, index, size);
  const hashes = await files.tile(level, index, width);
  if (!hashes) return [`${formatTilePath({ level, index, width })} is missing or too short`];
  return level === 0
    ? entryFaults(files, index, width, hashes)
    : childFaults(files, level, index, hashes);
}

/** The right edge against the root that was signed; missing tiles are told by `tileFaults`. */
export async function rootFaults(
  files: Pick<StoredLogFiles, "tile">,
  { size, root }: Pick<Checkpoint, "size" | "root">,
): Promise<string[]> {
  const edge = new Map<string, Uint8Array>();
  for (const { level, index, width } of rightEdge(size)) {
    const tile = await files.tile(level, index, width);
    if (tile) edge.set(`${level}/${index}`, tile);
  }
  try {
    const computed = treeRoot(size, (level, index) => edge.get(`${level}/${index}`));
    if (equalBytes(computed, root)) return [];
    return [`the tiles give the root ${toHex(computed)}, signed is ${toHex(root)}`];
  } catch (error) {
    return [`the root cannot be computed: ${(error as Error).message}`];
  }
}

async function entryFaults(
  files: StoredLogFiles,
  index: bigint,
  width: number,
  hashes: Uint8Array,
): Promise<string[]> {
  const path = formatTilePath({ level: "entries", index, width });
  let entries: readonly (Uint8Array | undefined)[] | undefined;
  try {
    entries = await files.entries(index, width);
  } catch (error) {
    return [`${path}: ${(error as Error).message}`];
  }
  if (!entries) return [`${path} is missing`];
  return Array.from({ length: width }, (_, at) => at).flatMap((at) => {
    const leaf = index * BigInt(TILE_WIDTH) + BigInt(at);
    const entry = entries[at];
    if (!entry) return [`entry ${leaf} is missing`];
    return equalBytes(leafHash(entry), hashAt(hashes, at))
      ? []
      : [`entry ${leaf} is not the one that was sealed`];
  });
}

async function childFaults(
  files: StoredLogFiles,
  level: number,
  index: bigint,
  hashes: Uint8Array,
): Promise<string[]> {
  const faults: string[] = [];
  for (let at = 0; at < hashes.length / HASH_BYTES; at += 1) {
    const below = index * BigInt(TILE_WIDTH) + BigInt(at);
    const child = await files.tile(level - 1, below, TILE_WIDTH);
    if (child && !equalBytes(foldPerfect(child), hashAt(hashes, at))) {
      const path = formatTilePath({ level: level - 1, index: below, width: TILE_WIDTH });
      faults.push(`${path} and the tile above it disagree`);
    }
  }
  return faults;
}

function hashAt(hashes: Uint8Array, at: number): Uint8Array {
  return hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
}
