import { fromBase64, isUint64 } from "../bytes.ts";
import { MerkleError } from "../merkle-error.ts";
import { type ConsistencyClaim, verifyConsistency } from "../verify-consistency.ts";
import { type InclusionClaim, verifyInclusion } from "../verify-inclusion.ts";

/** A proof in the JSON form of transparency-dev/merkle's test data. */
export type ProofFile =
  | { kind: "inclusion"; claim: InclusionClaim }
  | { kind: "consistency"; claim: ConsistencyClaim };

/** Throws `SyntaxError` when the text is not JSON, and `MerkleError` when it is not such a proof. */
export function parseProofFile(text: string): ProofFile {
  const fields = parseExactly(text);
  if (fields === null || typeof fields !== "object") throw new MerkleError("not a proof file");
  const { leafIdx, treeSize, root, leafHash, size1, size2, root1, root2, proof } = fields as Record<
    string,
    unknown
  >;
  if (leafIdx !== undefined) {
    const claim = {
      leafIndex: number(leafIdx, "leafIdx"),
      treeSize: number(treeSize, "treeSize"),
      rootHash: bytes(root, "root"),
      leafHash: bytes(leafHash, "leafHash"),
      proof: hashes(proof),
    };
    return { kind: "inclusion", claim };
  }
  const claim = {
    oldSize: number(size1, "size1"),
    newSize: number(size2, "size2"),
    oldRoot: bytes(root1, "root1"),
    newRoot: bytes(root2, "root2"),
    proof: hashes(proof),
  };
  return { kind: "consistency", claim };
}

/** Throws `MerkleError` unless the proof holds. */
export function verifyProofFile(file: ProofFile): void {
  if (file.kind === "inclusion") verifyInclusion(file.claim);
  else verifyConsistency(file.claim);
}

/** Numbers become bigints, from their own text: `JSON.parse` alone would round 2^64-1. */
function parseExactly(text: string): unknown {
  const reviver = (_: string, value: unknown, context?: { source?: string }): unknown => {
    if (typeof value !== "number") return value;
    const source = context?.source ?? "";
    if (!/^-?[0-9]+$/.test(source)) throw new MerkleError(`${source} is not a whole number`);
    return BigInt(source);
  };
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}

function number(value: unknown, name: string): bigint {
  if (typeof value !== "bigint" || !isUint64(value)) {
    throw new MerkleError(`${name} is not a 64-bit number`);
  }
  return value;
}

function bytes(value: unknown, name: string): Uint8Array {
  if (typeof value !== "string") throw new MerkleError(`${name} is not base64`);
  return fromBase64(value);
}

function hashes(value: unknown): Uint8Array[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new MerkleError("proof is not a list");
  return value.map((hash, index) => bytes(hash, `proof[${index}]`));
}
