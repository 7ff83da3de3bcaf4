import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { toHex } from "#server/engines/merkle/bytes.ts";
import { type Checkpoint, openCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import { parseEntryBundle } from "#server/engines/merkle/entry-bundle.ts";
import { findLogFaults, type StoredLogFiles } from "#server/engines/merkle/find-log-faults.ts";
import { HASH_BYTES } from "#server/engines/merkle/hashing.ts";
import { MerkleError } from "#server/engines/merkle/merkle-error.ts";
import { formatTilePath, TILE_WIDTH } from "#server/engines/merkle/tile-path.ts";
import { type Command, EXIT, UsageError } from "../command.ts";
import { readLogKeys } from "../read-log-keys.ts";

/** Verifies a whole log against a checkpoint that was kept elsewhere. */
export const logVerifyCommand: Command = {
  usage: "log verify --checkpoint F --vkey F [--keys F] --tiles DIR",
  summary:
    "every entry and tile under DIR against a signed checkpoint; --keys follows the log's published keys; exit 0 intact, 1 altered",
  async run(args, { out }) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        checkpoint: { type: "string" },
        vkey: { type: "string", multiple: true },
        keys: { type: "string" },
        tiles: { type: "string" },
      },
    });
    if (!values.checkpoint || !values.vkey || !values.tiles)
      throw new UsageError("Name --checkpoint, --vkey and --tiles.");
    const note = await readFile(values.checkpoint, "utf8");
    let checkpoint: Checkpoint;
    try {
      const { origin, keys, told } = await readLogKeys(values.vkey, values.keys);
      for (const line of told) out(`keys: ${line}`);
      checkpoint = openCheckpoint(note, origin, keys);
    } catch (error) {
      if (!(error instanceof MerkleError)) throw error;
      out(`altered: the checkpoint is not signed by the log: ${error.message}`);
      return EXIT.findings;
    }
    const faults = await findLogFaults(filesOf(values.tiles), checkpoint);
    for (const fault of faults) out(`altered: ${fault}`);
    if (faults.length > 0) return EXIT.findings;
    out(
      `intact: ${checkpoint.size} entries of ${checkpoint.origin}, root ${toHex(checkpoint.root)}`,
    );
    return EXIT.fine;
  },
};

function filesOf(directory: string): StoredLogFiles {
  return {
    async tile(level, index, width) {
      const bytes = await readAddress(directory, level, index, width);
      return bytes && bytes.length >= width * HASH_BYTES
        ? bytes.subarray(0, width * HASH_BYTES)
        : undefined;
    },
    async entries(index, width) {
      const bundle = await readAddress(directory, "entries", index, width);
      return bundle && parseEntryBundle(bundle);
    },
  };
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
