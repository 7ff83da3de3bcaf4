import { readFile } from "node:fs/promises";
import { verifyEvidence } from "#server/engines/isolation/evidence-document.ts";
import { type Command, EXIT, UsageError } from "../command.ts";

/** Computes again what an exported cell of the isolation matrix claims. */
export const isolationVerifyCommand: Command = {
  usage: "isolation verify FILE",
  summary: "digests and state of an exported cell, computed again; exit 0 sound, 1 altered",
  async run(args, { out }) {
    const [file, ...more] = args;
    if (file === undefined || more.length > 0) throw new UsageError("Name one exported file.");
    let document: unknown;
    try {
      document = JSON.parse(await readFile(file, "utf8"));
    } catch (error) {
      throw new UsageError(`${file} can't be read: ${(error as Error).message}`);
    }
    const checks = verifyEvidence(document);
    for (const { name, isSound, detail } of checks) {
      out(`${isSound ? "sound" : "altered"}: ${name}: ${detail}`);
    }
    return checks.every(({ isSound }) => isSound) ? EXIT.fine : EXIT.findings;
  },
};
