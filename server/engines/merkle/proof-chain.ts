import { nodeHash } from "./hashing.ts";
import { bitLength, countOnes } from "./uint64-bits.ts";

/**
 * How an inclusion path splits: `inner` steps where the node may be a left or a right child, then
 * `border` steps along the right edge of the tree, where every sibling is on the left.
 */
export function splitPath(index: bigint, size: bigint): { inner: number; border: number } {
  const inner = bitLength(index ^ (size - 1n));
  return { inner, border: countOnes(index >> BigInt(inner)) };
}

/** Climbs from `seed` at `index`, one proof hash a level. */
export function chainInner(
  seed: Uint8Array,
  proof: readonly Uint8Array[],
  index: bigint,
): Uint8Array {
  return proof.reduce(
    (hash, sibling, level) =>
      isRightChild(index, level) ? nodeHash(sibling, hash) : nodeHash(hash, sibling),
    seed,
  );
}

/** As `chainInner`, but taking left siblings only: gives the hash of the tree as it ended at `index`. */
export function chainInnerRight(
  seed: Uint8Array,
  proof: readonly Uint8Array[],
  index: bigint,
): Uint8Array {
  return proof.reduce(
    (hash, sibling, level) => (isRightChild(index, level) ? nodeHash(sibling, hash) : hash),
    seed,
  );
}

export function chainBorderRight(seed: Uint8Array, proof: readonly Uint8Array[]): Uint8Array {
  return proof.reduce((hash, sibling) => nodeHash(sibling, hash), seed);
}

function isRightChild(index: bigint, level: number): boolean {
  return ((index >> BigInt(level)) & 1n) === 1n;
}
