import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { fromBase64 } from "#server/engines/merkle/bytes.ts";
import { leafHash } from "#server/engines/merkle/hashing.ts";
import { verifyLogProof } from "#server/engines/merkle/log-proof.ts";
import { MerkleError } from "#server/engines/merkle/merkle-error.ts";
import { verifyConsistency } from "#server/engines/merkle/verify-consistency.ts";
import { verifyInclusion } from "#server/engines/merkle/verify-inclusion.ts";
import { type Command, EXIT, UsageError } from "../command.ts";
import { readLogKeys } from "../read-log-keys.ts";

type ProofFile = Record<string, unknown>;

/**
 * Checks one inclusion or consistency proof (RFC 6962) in its JSON form; or, with the log's key, a C2SP tlog-proof
 * of an entry, whose head must be signed by a key that may sign one of its size.
 */
export const logCheckProofCommand: Command = {
  usage: "log check-proof FILE [--vkey F [--keys F] --entry F]",
  summary:
    "an inclusion or consistency proof, or with --vkey a tlog-proof of the entry in a file; exit 0 valid, 1 not",
  async run(args, { out }) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        vkey: { type: "string", multiple: true },
        keys: { type: "string" },
        entry: { type: "string" },
      },
      allowPositionals: true,
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new UsageError("Name one proof file.");
    const text = await readFile(file, "utf8");
    const { vkey, keys, entry } = values;
    if (vkey || keys || entry) {
      if (!vkey || !entry) throw new UsageError("Name --vkey and --entry, for a tlog-proof.");
      return checkSigned(text, { vkey, keys, entry: await readFile(entry) }, out);
    }
    const proof = parseProof(file, text);
    try {
      verify(proof);
    } catch (error) {
      out(`not valid: ${(error as Error).message}`);
      return EXIT.findings;
    }
    out("valid");
    return EXIT.fine;
  },
};

async function checkSigned(
  text: string,
  { vkey, keys: list, entry }: { vkey: string[]; keys: string | undefined; entry: Uint8Array },
  out: (line: string) => void,
) {
  try {
    const { origin, keys, told } = await readLogKeys(vkey, list);
    for (const line of told) out(`keys: ${line}`);
    const { size } = verifyLogProof(text, leafHash(entry), origin, keys);
    out(`valid: an entry of ${origin}, under a signed head of ${size}`);
    return EXIT.fine;
  } catch (error) {
    if (!(error instanceof MerkleError)) throw error;
    out(`not valid: ${error.message}`);
    return EXIT.findings;
  }
}

/** Integers are read from their source text: sizes go up to 2^64-1, past a double's precision. */
function parseProof(file: string, text: string): ProofFile {
  const reviver = (_: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === "number" ? BigInt(context?.source ?? "") : value;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text, reviver as never);
  } catch (error) {
    throw new UsageError(`${file}: not JSON with whole numbers (${(error as Error).message})`);
  }
  if (typeof parsed !== "object" || parsed === null)
    throw new UsageError(`${file}: not a JSON object`);
  const proof = parsed as ProofFile;
  if (!("leafIdx" in proof) && !("size1" in proof)) {
    throw new UsageError(
      `${file}: neither an inclusion proof (leafIdx, treeSize, …) nor a consistency proof (size1, size2, …)`,
    );
  }
  return proof;
}

function verify(file: ProofFile): void {
  const proof = ((file.proof ?? []) as unknown[]).map((hash) => bytes(hash, "proof"));
  if ("leafIdx" in file) {
    verifyInclusion({
      leafIndex: whole(file.leafIdx, "leafIdx"),
      treeSize: whole(file.treeSize, "treeSize"),
      leafHash: bytes(file.leafHash, "leafHash"),
      rootHash: bytes(file.root, "root"),
      proof,
    });
    return;
  }
  verifyConsistency({
    oldSize: whole(file.size1, "size1"),
    newSize: whole(file.size2, "size2"),
    oldRoot: bytes(file.root1, "root1"),
    newRoot: bytes(file.root2, "root2"),
    proof,
  });
}

function whole(value: unknown, field: string): bigint {
  if (typeof value !== "bigint") throw new Error(`${field} is not a whole number`);
  return value;
}

function bytes(value: unknown, field: string): Uint8Array {
  if (value === null || value === undefined) return new Uint8Array();
  if (typeof value !== "string") throw new Error(`${field} is not base64`);
  return fromBase64(value);
}
