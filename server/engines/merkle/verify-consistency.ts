import { equalBytes, isUint64 } from "./bytes.ts";
import { HASH_BYTES } from "./hashing.ts";
import { MerkleError } from "./merkle-error.ts";
import { chainBorderRight, chainInner, chainInnerRight, splitPath } from "./proof-chain.ts";
import { trailingZeros } from "./uint64-bits.ts";

export interface ConsistencyClaim {
  oldSize: bigint;
  oldRoot: Uint8Array;
  newSize: bigint;
  newRoot: Uint8Array;
  proof: readonly Uint8Array[];
}

/**
 * Throws `MerkleError` unless the new tree begins with the old one (RFC 9162 §2.1.4.2).
 * An empty old tree proves nothing, so it is refused unless both are empty.
 */
export function verifyConsistency(claim: ConsistencyClaim): void {
  const { oldSize, oldRoot, newSize, newRoot, proof } = claim;
  if (!isUint64(oldSize) || !isUint64(newSize)) throw new MerkleError("number beyond 64 bits");
  if (newSize < oldSize) throw new MerkleError("the new tree is smaller than the old one");
  if ([oldRoot, newRoot, ...proof].some((hash) => hash.length !== HASH_BYTES)) {
    throw new MerkleError("a hash is not 32 bytes");
  }
  if (oldSize === newSize) {
    if (proof.length > 0) throw new MerkleError("equal sizes need an empty proof");
    if (!equalBytes(oldRoot, newRoot)) throw new MerkleError("equal sizes with unequal roots");
    return;
  }
  if (oldSize === 0n) throw new MerkleError("consistency with an empty tree says nothing");
  verifyGrowth(claim);
}

function verifyGrowth({ oldSize, oldRoot, newSize, newRoot, proof }: ConsistencyClaim): void {
  const level = trailingZeros(oldSize);
  const split = splitPath(oldSize - 1n, newSize);
  const inner = split.inner - level;
  // A perfect old tree is itself the seed, and is left out of the proof.
  const isPerfect = oldSize === 1n << BigInt(level);
  const length = inner + split.border + (isPerfect ? 0 : 1);
  if (proof.length !== length) throw new MerkleError("the proof has a wrong length");
  const seed = isPerfect ? oldRoot : (proof[0] as Uint8Array);
  const rest = isPerfect ? proof : proof.slice(1);
  const index = (oldSize - 1n) >> BigInt(level);
  const within = rest.slice(0, inner);
  const border = rest.slice(inner);
  if (!equalBytes(chainBorderRight(chainInnerRight(seed, within, index), border), oldRoot)) {
    throw new MerkleError("the consistency proof leads to another old root");
  }
  if (!equalBytes(chainBorderRight(chainInner(seed, within, index), border), newRoot)) {
    throw new MerkleError("the consistency proof leads to another new root");
  }
}
