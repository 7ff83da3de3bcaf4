import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { parseArgs } from "node:util";
import { CannotTell } from "#server/engines/evidence/pack-query.ts";
import { type PackVerdict, verifyPack } from "#server/engines/evidence/verify-pack.ts";
import { toHex } from "#server/engines/merkle/bytes.ts";
import { parseCosignerKey } from "#server/engines/merkle/cosigner-key.ts";
import { followKeys } from "#server/engines/merkle/follow-keys.ts";
import { parseKeyList } from "#server/engines/merkle/key-list-file.ts";
import { MerkleError } from "#server/engines/merkle/merkle-error.ts";
import { parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import { type Command, type CommandOutput, EXIT, UsageError } from "../command.ts";
import { keysIn } from "../read-log-keys.ts";

/** Verifies an evidence pack offline, with keys that were got elsewhere. */
export const evidenceVerifyCommand: Command = {
  usage: "evidence verify PACK --vkey F [--vkey F…] [--keys F] [--witness F…]",
  summary:
    "that nothing in a pack was changed and nothing of its range left out; exit 0 valid, 1 not, 2 cannot tell",
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        vkey: { type: "string", multiple: true },
        keys: { type: "string" },
        witness: { type: "string", multiple: true },
      },
      allowPositionals: true,
    });
    const [file, ...more] = positionals;
    if (!file || more.length > 0) throw new UsageError("Name one pack.");
    if (!values.vkey) {
      throw new UsageError(
        "Name the log's key by --vkey, got elsewhere: the one in the pack proves nothing.",
      );
    }
    const held = await keysIn(values.vkey, parseVerifierKey);
    const witnesses = await keysIn(values.witness ?? [], parseCosignerKey);
    await stat(file);
    try {
      const list = values.keys && parseKeyList(await readFile(values.keys, "utf8"));
      const { keys: log, told } = list ? followKeys(held, list) : { keys: held, told: [] };
      for (const line of told) output.out(`keys: ${line}`);
      const verdict = await verifyPack(createReadStream(file), { log, witnesses });
      for (const line of verdict.told) output.out(`keys: ${line}`);
      for (const fault of verdict.faults) output.out(`not valid: ${fault}`);
      if (verdict.faults.length > 0) return EXIT.findings;
      tell(verdict, output);
      return EXIT.fine;
    } catch (error) {
      if (error instanceof MerkleError) {
        output.out(`not valid: ${error.message}`);
        return EXIT.findings;
      }
      if (!(error instanceof CannotTell)) throw error;
      output.err(`cannot tell: ${error.message}`);
      return EXIT.cannotTell;
    }
  },
};

/** What is proved, by whom it is said, and what stays open: a reader must not have to guess. */
function tell(
  { query, checkpoint, counts, cosignedBy }: PackVerdict,
  { out }: CommandOutput,
): void {
  if (!query || !checkpoint) return;
  const { from, to, treeSize } = query.range;
  const { entries, matches, proved, said, erased } = counts;
  out(
    `valid: ${matches} events of ${query.origin} that fit ${query.query === "" ? "every event" : JSON.stringify(query.query)}, asked at ${query.asOf}`,
  );
  out(
    `range: entries ${from} to ${to} (exclusive) of ${treeSize}, under the signed root ${toHex(checkpoint.root)}`,
  );
  out(
    cosignedBy.length > 0
      ? `cosigned by: ${cosignedBy.join(", ")}`
      : "cosigned by: nobody was asked for (--witness)",
  );
  out(
    `proved: none of the ${entries} entries of the range was changed, taken out, put in or moved; each of the ${matches} events is the one that was sealed, and fits`,
  );
  if (proved > 0) out(`proved: ${proved} entries do not fit, asked again from what the pack opens`);
  if (said > erased) {
    out(
      `said, not proved: ${said - erased} entries do not fit; the pack has ${query.disclosure === "matches" ? "their hashes alone" : "no payload of them"}, and the log's key signed that they do not`,
    );
  }
  if (erased > 0) {
    out(
      `open: ${erased} entries whose payload is said to be erased or unreadable; nobody can tell whether it would have fitted`,
    );
  }
  if (said === 0) out("proved: nothing in the range that fits was left out");
}
