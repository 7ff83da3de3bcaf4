import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { equalBytes, toHex } from "#server/engines/merkle/bytes.ts";
import { type Checkpoint, openCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import { parseEntryBundle } from "#server/engines/merkle/entry-bundle.ts";
import { HASH_BYTES, leafHash } from "#server/engines/merkle/hashing.ts";
import { parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import { foldPerfect } from "#server/engines/merkle/subtree.ts";
import { formatTilePath, TILE_WIDTH, tileWidth } from "#server/engines/merkle/tile-path.ts";
import { treeRoot } from "#server/engines/merkle/tree-root.ts";
import { type Command, EXIT, UsageError } from "../command.ts";

/** Verifies a whole log against a checkpoint that was kept elsewhere. */
export const logVerifyCommand: Command = {
  usage: "log verify --checkpoint F --vkey F --tiles DIR",
  summary: "every entry and tile under DIR against a signed checkpoint; exit 0 intact, 1 altered",
  async run(args, { out }) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        checkpoint: { type: "string" },
        vkey: { type: "string" },
        tiles: { type: "string" },
      },
    });
    if (!values.checkpoint || !values.vkey || !values.tiles)
      throw new UsageError("Name --checkpoint, --vkey and --tiles.");
    const key = parseVerifierKey((await readFile(values.vkey, "utf8")).trim());
    const note = await readFile(values.checkpoint, "utf8");
    let checkpoint: Checkpoint;
    try {
      checkpoint = openCheckpoint(note, key.name, key);
    } catch (error) {
      out(`altered: the checkpoint is not signed by ${key.name}: ${(error as Error).message}`);
      return EXIT.findings;
    }
    const faults = await findFaults(values.tiles, checkpoint);
    for (const fault of faults) out(`altered: ${fault}`);
    if (faults.length > 0) return EXIT.findings;
    out(
      `intact: ${checkpoint.size} entries of ${checkpoint.origin}, root ${toHex(checkpoint.root)}`,
    );
    return EXIT.fine;
  },
};

const MAX_FAULTS = 100;

/**
 * Entries are hashed and compared with the tiles of level 0, each full tile with the hash above
 * it, and the right edge with the signed root: a fault names the place, not only the fact.
 */
async function findFaults(directory: string, { size, root }: Checkpoint): Promise<string[]> {
  const faults: string[] = [];
  const edge = new Map<string, Uint8Array>();
  for (let level = 0; level === 0 || size >> BigInt(level * 8) > 0n; level += 1) {
    for (let index = 0n; tileWidth(level, index, size) > 0; index += 1n) {
      if (faults.length >= MAX_FAULTS)
        return [...faults, `more than ${MAX_FAULTS} faults, stopped`];
      const width = tileWidth(level, index, size);
      const hashes = await readTile(directory, level, index, width);
      if (!hashes) {
        faults.push(`${formatTilePath({ level, index, width })} is missing or too short`);
        continue;
      }
      if (width < TILE_WIDTH || tileWidth(level + 1, 0n, size) === 0)
        edge.set(`${level}/${index}`, hashes);
      faults.push(
        ...(level === 0
          ? await entryFaults(directory, index, width, hashes)
          : await childFaults(directory, level, index, hashes)),
      );
    }
  }
  try {
    const computed = treeRoot(size, (level, index) => edge.get(`${level}/${index}`));
    if (!equalBytes(computed, root))
      faults.push(`the tiles give the root ${toHex(computed)}, signed is ${toHex(root)}`);
  } catch (error) {
    faults.push(`the root cannot be computed: ${(error as Error).message}`);
  }
  return faults;
}

async function entryFaults(
  directory: string,
  index: bigint,
  width: number,
  hashes: Uint8Array,
): Promise<string[]> {
  const bundle = await readAddress(directory, "entries", index, width);
  if (!bundle) return [`${formatTilePath({ level: "entries", index, width })} is missing`];
  let entries: Uint8Array[];
  try {
    entries = parseEntryBundle(bundle);
  } catch (error) {
    return [`${formatTilePath({ level: "entries", index, width })}: ${(error as Error).message}`];
  }
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
  directory: string,
  level: number,
  index: bigint,
  hashes: Uint8Array,
): Promise<string[]> {
  const faults: string[] = [];
  for (let at = 0; at < hashes.length / HASH_BYTES; at += 1) {
    const below = index * BigInt(TILE_WIDTH) + BigInt(at);
    const child = await readTile(directory, level - 1, below, TILE_WIDTH);
    if (child && !equalBytes(foldPerfect(child), hashAt(hashes, at))) {
      faults.push(
        `${formatTilePath({ level: level - 1, index: below, width: TILE_WIDTH })} and the tile above it disagree`,
      );
    }
  }
  return faults;
}

function hashAt(hashes: Uint8Array, at: number): Uint8Array {
  return hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
}

async function readTile(
  directory: string,
  level: number,
  index: bigint,
  width: number,
): Promise<Uint8Array | undefined> {
  const bytes = await readAddress(directory, level, index, width);
  return bytes && bytes.length >= width * HASH_BYTES
    ? bytes.subarray(0, width * HASH_BYTES)
    : undefined;
}

/** The tile at this width, or a wider one that a later tree left. */
async function readAddress(
  directory: string,
  level: number | "entries",
  index: bigint,
  width: number,
): Promise<Uint8Array | undefined> {
  for (let wider = width; wider <= TILE_WIDTH; wider += 1) {
    const bytes = await readFile(
      join(directory, formatTilePath({ level, index, width: wider })),
    ).catch(() => undefined);
    if (bytes) return bytes;
  }
  return undefined;
}
