import { equalBytes, isUint64 } from "./bytes.ts";
import { HASH_BYTES } from "./hashing.ts";
import { MerkleError } from "./merkle-error.ts";
import { chainBorderRight, chainInner, splitPath } from "./proof-chain.ts";

export interface InclusionClaim {
  leafIndex: bigint;
  leafHash: Uint8Array;
  treeSize: bigint;
  rootHash: Uint8Array;
  /** From the leaf's sibling up to the root's child. */
  proof: readonly Uint8Array[];
}

/** Throws `MerkleError` unless the leaf is at that index of the tree with that root (RFC 9162 §2.1.3.2). */
export function verifyInclusion(claim: InclusionClaim): void {
  if (!equalBytes(rootOfInclusion(claim), claim.rootHash)) {
    throw new MerkleError("the inclusion proof leads to another root");
  }
}

function rootOfInclusion({ leafIndex, leafHash, treeSize, proof }: InclusionClaim): Uint8Array {
  if (!isUint64(leafIndex) || !isUint64(treeSize)) throw new MerkleError("number beyond 64 bits");
  if (leafIndex >= treeSize) throw new MerkleError("the leaf index is beyond the tree");
  if (leafHash.length !== HASH_BYTES) throw new MerkleError("the leaf hash is not 32 bytes");
  if (proof.some((hash) => hash.length !== HASH_BYTES)) {
    throw new MerkleError("a proof hash is not 32 bytes");
  }
  const { inner, border } = splitPath(leafIndex, treeSize);
  if (proof.length !== inner + border) throw new MerkleError("the proof has a wrong length");
  return chainBorderRight(
    chainInner(leafHash, proof.slice(0, inner), leafIndex),
    proof.slice(inner),
  );
}
