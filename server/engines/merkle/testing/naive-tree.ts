import { emptyRoot, leafHash, nodeHash } from "../hashing.ts";
import type { TileReader } from "../subtree.ts";

/** RFC 6962 §2.1 written down word for word: the slow answer that the tiles are checked against. */
export function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (!first) return emptyRoot();
  if (leaves.length === 1) return first;
  const split = splitOf(leaves.length);
  return nodeHash(naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split)));
}

/** RFC 6962 §2.1.1, PATH(m, D[n]). */
export function naivePath(index: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length <= 1) return [];
  const split = splitOf(leaves.length);
  const left = leaves.slice(0, split);
  const right = leaves.slice(split);
  return index < split
    ? [...naivePath(index, left), naiveRoot(right)]
    : [...naivePath(index - split, right), naiveRoot(left)];
}

/** RFC 6962 §2.1.2, PROOF(m, D[n]). */
export function naiveConsistency(oldSize: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  return subProof(oldSize, leaves, true);
}

function subProof(size: number, leaves: readonly Uint8Array[], isWhole: boolean): Uint8Array[] {
  if (size === leaves.length) return isWhole ? [] : [naiveRoot(leaves)];
  const split = splitOf(leaves.length);
  const left = leaves.slice(0, split);
  const right = leaves.slice(split);
  return size <= split
    ? [...subProof(size, left, isWhole), naiveRoot(right)]
    : [...subProof(size - split, right, false), naiveRoot(left)];
}

function splitOf(count: number): number {
  return 2 ** (Math.ceil(Math.log2(count)) - 1);
}

/** `count` different leaf hashes, the same ones each time. */
export function sampleLeaves(count: number, from = 0): Uint8Array[] {
  return Array.from({ length: count }, (_, index) =>
    leafHash(new TextEncoder().encode(`entry ${from + index}`)),
  );
}

/** A tile store in memory. */
export class TileStore {
  readonly tiles = new Map<string, Uint8Array>();
  readonly reads = new Set<string>();

  readonly read: TileReader = (level, index) => {
    this.reads.add(`${level}/${index}`);
    return this.tiles.get(`${level}/${index}`);
  };

  put(tiles: readonly { level: number; index: bigint; hashes: Uint8Array }[]): void {
    for (const { level, index, hashes } of tiles) this.tiles.set(`${level}/${index}`, hashes);
  }
}
