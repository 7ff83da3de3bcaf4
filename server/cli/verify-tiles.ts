import { appendLeaves, type Tile } from "#server/engines/merkle/append-leaves.ts";
import { equalBytes, toBase64 } from "#server/engines/merkle/bytes.ts";
import type { Checkpoint } from "#server/engines/merkle/checkpoint.ts";
import { HASH_BYTES, leafHash } from "#server/engines/merkle/hashing.ts";
import { MerkleError } from "#server/engines/merkle/merkle-error.ts";
import { formatTilePath, TILE_WIDTH, tileWidth } from "#server/engines/merkle/tile-path.ts";
import type { TileFolder } from "./tile-folder.ts";

export interface TileFindings {
  /** What does not fit, and where. */
  findings: string[];
  entriesChecked: bigint;
}

/** Enough to see the pattern of a damage without flooding the screen. */
const MAX_FINDINGS = 100;

/**
 * Recomputes a tree from its leaf tiles, one tile in memory at a time, and holds it against every
 * stored tile above, every entry, and the checkpoint's root.
 */
export async function verifyTiles(
  folder: TileFolder,
  { size, root }: Checkpoint,
): Promise<TileFindings> {
  const findings: string[] = [];
  const hasEntries = await folder.hasEntries();
  let entriesChecked = 0n;
  let edge = new Map<string, Uint8Array>();
  let grown = appendLeaves(0n, () => undefined, []);
  for (let index = 0n; index * BigInt(TILE_WIDTH) < size; index += 1n) {
    const width = tileWidth(0, index, size);
    const leaves = await attempt(findings, () => folder.hashes(0, index, width));
    // Without its leaves nothing to the right or above can be recomputed.
    if (!leaves || findings.length >= MAX_FINDINGS) return { findings, entriesChecked };
    if (hasEntries) {
      const entries = await attempt(findings, () => folder.entries(index, width));
      entriesChecked += compareEntries(findings, index, leaves, entries ?? []);
    }
    grown = appendLeaves(grown.size, (level, at) => edge.get(`${level}/${at}`), leaves);
    edge = await compareAbove(findings, folder, grown.tiles, edge, grown.size === size);
  }
  if (!equalBytes(grown.root, root)) {
    findings.push(
      `the tiles lead to the root ${toBase64(grown.root)}, the checkpoint says ${toBase64(root)}`,
    );
  }
  return { findings, entriesChecked };
}

function compareEntries(
  findings: string[],
  index: bigint,
  leaves: readonly Uint8Array[],
  entries: readonly Uint8Array[],
): bigint {
  const first = index * BigInt(TILE_WIDTH);
  entries.forEach((entry, position) => {
    if (equalBytes(leafHash(entry), leaves[position] as Uint8Array)) return;
    findings.push(`entry ${first + BigInt(position)} does not hash to its leaf`);
  });
  return BigInt(entries.length);
}

/** Compares finished tiles of the upper levels with the stored ones; gives the new right edge. */
async function compareAbove(
  findings: string[],
  folder: TileFolder,
  tiles: readonly Tile[],
  edge: ReadonlyMap<string, Uint8Array>,
  isLast: boolean,
): Promise<Map<string, Uint8Array>> {
  const next = new Map(edge);
  for (const { level, index, width, hashes } of tiles) {
    if (width === TILE_WIDTH) next.delete(`${level}/${index}`);
    else next.set(`${level}/${index}`, hashes);
    if (level > 0 && width === TILE_WIDTH)
      await compareTile(findings, folder, level, index, hashes);
  }
  if (isLast) {
    for (const [name, hashes] of next) {
      const [level, index] = name.split("/") as [string, string];
      if (level !== "0") await compareTile(findings, folder, Number(level), BigInt(index), hashes);
    }
  }
  return next;
}

async function compareTile(
  findings: string[],
  folder: TileFolder,
  level: number,
  index: bigint,
  computed: Uint8Array,
): Promise<void> {
  const width = computed.length / HASH_BYTES;
  const stored = await attempt(findings, () => folder.hashes(level, index, width));
  stored?.forEach((hash, position) => {
    if (equalBytes(hash, computed.slice(position * HASH_BYTES, (position + 1) * HASH_BYTES)))
      return;
    const below = formatTilePath({
      level: level - 1,
      index: index * BigInt(TILE_WIDTH) + BigInt(position),
      width: TILE_WIDTH,
    });
    findings.push(
      `${formatTilePath({ level, index, width })}: hash ${position} is not that of ${below}`,
    );
  });
}

async function attempt<T>(findings: string[], read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof MerkleError)) throw error;
    findings.push(error.message);
    return undefined;
  }
}
