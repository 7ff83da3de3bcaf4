import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { MerkleError } from "#server/engines/merkle/merkle-error.ts";
import { parseProofFile, verifyProofFile } from "#server/engines/merkle/proof-file.ts";
import { type Command, EXIT, UsageError } from "../command.ts";

/** Checks one inclusion or consistency proof. */
export const logCheckProofCommand: Command = {
  usage: "log check-proof FILE",
  summary: "whether an RFC 6962 inclusion or consistency proof (JSON) holds",
  async run(args, { out }) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new UsageError("Name one proof file.");
    try {
      const proof = parseProofFile(await readFile(file, "utf8"));
      verifyProofFile(proof);
      out(`valid: ${proof.kind} proof of ${proof.claim.proof.length} hashes`);
      return EXIT.fine;
    } catch (error) {
      if (!(error instanceof MerkleError)) throw error;
      out(`invalid: ${error.message}`);
      return EXIT.findings;
    }
  },
};
