import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { toBase64 } from "#server/engines/merkle/bytes.ts";
import { openCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import { MerkleError } from "#server/engines/merkle/merkle-error.ts";
import { parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import { type Command, EXIT, UsageError } from "../command.ts";
import { TileFolder } from "../tile-folder.ts";
import { verifyTiles } from "../verify-tiles.ts";

/** Verifies a whole log against a checkpoint that was kept elsewhere. */
export const logVerifyCommand: Command = {
  usage: "log verify --checkpoint FILE --vkey FILE --tiles DIR",
  summary:
    "whether a tlog-tiles folder is the log that a signed checkpoint commits to, and if not where",
  async run(args, { out }) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        checkpoint: { type: "string" },
        vkey: { type: "string" },
        tiles: { type: "string" },
      },
    });
    if (!values.checkpoint || !values.vkey || !values.tiles) {
      throw new UsageError("Name --checkpoint FILE, --vkey FILE and --tiles DIR.");
    }
    const key = parseVerifierKey(await readFile(values.vkey, "utf8"));
    const note = await readFile(values.checkpoint, "utf8");
    const folder = await TileFolder.open(values.tiles);
    try {
      const checkpoint = openCheckpoint(note, key.name, key);
      out(`origin ${checkpoint.origin}`);
      out(`size ${checkpoint.size}`);
      out(`root ${toBase64(checkpoint.root)}`);
      const { findings, entriesChecked } = await verifyTiles(folder, checkpoint);
      for (const finding of findings) out(finding);
      out(`entries checked ${entriesChecked} of ${checkpoint.size}`);
      out(findings.length === 0 ? "verified" : "NOT verified");
      return findings.length === 0 ? EXIT.fine : EXIT.findings;
    } catch (error) {
      if (!(error instanceof MerkleError)) throw error;
      out(`NOT verified: ${error.message}`);
      return EXIT.findings;
    }
  },
};
