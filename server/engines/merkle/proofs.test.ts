import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appendLeaves } from "./append-leaves.ts";
import { consistencyProof, inclusionProof } from "./build-proof.ts";
import { consistencyRanges, inclusionRanges, tilesForRanges } from "./proof-ranges.ts";
import {
  naiveConsistency,
  naivePath,
  naiveRoot,
  sampleLeaves,
  TileStore,
} from "./testing/naive-tree.ts";
import { type ConsistencyClaim, verifyConsistency } from "./verify-consistency.ts";
import { type InclusionClaim, verifyInclusion } from "./verify-inclusion.ts";

const LEAVES = sampleLeaves(700);
const STORE = new TileStore();
STORE.put(appendLeaves(0n, STORE.read, LEAVES).tiles);

const ROOTS = new Map<number, Uint8Array>();
function rootAt(size: number): Uint8Array {
  const root = ROOTS.get(size) ?? naiveRoot(LEAVES.slice(0, size));
  ROOTS.set(size, root);
  return root;
}

/** Near the borders of subtrees and tiles more often than elsewhere. */
const treeSizes = fc.oneof(
  fc.integer({ min: 1, max: LEAVES.length }),
  fc.integer({ min: 1, max: 20 }),
  fc.constantFrom(127, 128, 129, 255, 256, 257, 511, 512, 513),
);

const inclusionClaims = treeSizes.chain((size) =>
  fc.nat(size - 1).map(
    (index): InclusionClaim => ({
      leafIndex: BigInt(index),
      leafHash: LEAVES[index] as Uint8Array,
      treeSize: BigInt(size),
      rootHash: rootAt(size),
      proof: inclusionProof(BigInt(index), BigInt(size), STORE.read),
    }),
  ),
);

const consistencyClaims = fc.tuple(treeSizes, treeSizes).map((sizes): ConsistencyClaim => {
  const [oldSize, newSize] = [Math.min(...sizes), Math.max(...sizes)];
  return {
    oldSize: BigInt(oldSize),
    oldRoot: rootAt(oldSize),
    newSize: BigInt(newSize),
    newRoot: rootAt(newSize),
    proof: consistencyProof(BigInt(oldSize), BigInt(newSize), STORE.read),
  };
});

/** One change to a list of hashes: a flipped bit, one fewer, one more, two swapped. */
const proofChanges = fc.record({
  kind: fc.constantFrom("flip", "drop", "insert", "swap"),
  at: fc.nat(1000),
  bit: fc.nat(255),
});
type ProofChange = typeof proofChanges extends fc.Arbitrary<infer T> ? T : never;

function changed(proof: readonly Uint8Array[], { kind, at, bit }: ProofChange): Uint8Array[] {
  const copy: Uint8Array[] = [...proof];
  const position = copy.length === 0 ? 0 : at % copy.length;
  if (kind === "insert" || copy.length === 0) copy.splice(position, 0, flipped(rootAt(3), bit));
  else if (kind === "drop") copy.splice(position, 1);
  else if (kind === "swap" && copy.length > 1) {
    const other = (position + 1) % copy.length;
    return copy.map((_, index) => proof[swapped(index, position, other)] as Uint8Array);
  } else copy[position] = flipped(copy[position] as Uint8Array, bit);
  return copy;
}

function swapped(index: number, a: number, b: number): number {
  if (index === a) return b;
  return index === b ? a : index;
}

function flipped(hash: Uint8Array, bit: number): Uint8Array {
  return hash.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
}

describe("inclusion", () => {
  it("gives the path of RFC 6962 and verifies it", () => {
    fc.assert(
      fc.property(inclusionClaims, (claim) => {
        const leaves = LEAVES.slice(0, Number(claim.treeSize));
        expect(claim.proof).toEqual(naivePath(Number(claim.leafIndex), leaves));
        verifyInclusion(claim);
      }),
    );
  });

  it("refuses every change to a true claim", () => {
    fc.assert(
      fc.property(inclusionClaims, proofChanges, fc.bigInt(1n, 900n), (claim, change, offset) => {
        const { proof, leafIndex, leafHash, rootHash } = claim;
        for (const lie of [
          { proof: changed(proof, change) },
          { leafHash: flipped(leafHash, change.bit) },
          { rootHash: flipped(rootHash, change.bit) },
          { leafIndex: leafIndex + offset },
          { leafIndex: leafIndex - offset },
          { leafHash: leafHash.slice(1) },
          { treeSize: 0n },
          { treeSize: leafIndex },
        ]) {
          expect(() => verifyInclusion({ ...claim, ...lie })).toThrow();
        }
        // Another tree size may share this leaf's path shape (the root then binds it); never another leaf.
        const other = LEAVES[(Number(leafIndex) + 1) % LEAVES.length] as Uint8Array;
        expect(() => verifyInclusion({ ...claim, leafHash: other })).toThrow();
      }),
    );
  });

  it("names in advance every tile it reads", () => {
    fc.assert(
      fc.property(treeSizes, fc.nat(), (size, seed) => {
        const index = BigInt(seed % size);
        STORE.reads.clear();
        inclusionProof(index, BigInt(size), STORE.read);
        const named = tilesForRanges(inclusionRanges(index, BigInt(size)));
        expect(STORE.reads).toEqual(new Set(named.map((tile) => `${tile.level}/${tile.index}`)));
      }),
    );
  });

  it("refuses indexes beyond the tree and absent tiles", () => {
    expect(() => inclusionProof(5n, 5n, STORE.read)).toThrow(/beyond/);
    expect(() => inclusionProof(-1n, 5n, STORE.read)).toThrow(/beyond/);
    expect(() => inclusionProof(1n, 5n, () => undefined)).toThrow(/absent/);
  });

  it("handles a tree of 2^64 - 1 leaves without losing a bit", () => {
    const treeSize = 2n ** 64n - 1n;
    expect(inclusionRanges(treeSize - 1n, treeSize).length).toBe(63);
    expect(inclusionRanges(0n, treeSize).length).toBe(64);
  });
});

describe("consistency", () => {
  it("gives the proof of RFC 6962 and verifies it", () => {
    fc.assert(
      fc.property(consistencyClaims, (claim) => {
        const leaves = LEAVES.slice(0, Number(claim.newSize));
        expect(claim.proof).toEqual(naiveConsistency(Number(claim.oldSize), leaves));
        verifyConsistency(claim);
      }),
    );
  });

  it("refuses every change to a true claim", () => {
    fc.assert(
      fc.property(consistencyClaims, proofChanges, fc.bigInt(1n, 900n), (claim, change, offset) => {
        const { proof, oldSize, oldRoot, newSize, newRoot } = claim;
        const lies: Partial<ConsistencyClaim>[] = [
          { proof: changed(proof, change) },
          { oldRoot: flipped(oldRoot, change.bit) },
          { newRoot: flipped(newRoot, change.bit) },
          { oldRoot: oldRoot.slice(1) },
          { oldSize: newSize + offset },
          { newSize: oldSize - offset },
        ];
        if (oldSize !== newSize) lies.push({ oldRoot: newRoot, newRoot: oldRoot }, { oldSize: 0n });
        for (const lie of lies) {
          expect(() => verifyConsistency({ ...claim, ...lie })).toThrow();
        }
      }),
    );
  });

  it("names in advance every tile it reads", () => {
    fc.assert(
      fc.property(treeSizes, treeSizes, (a, b) => {
        const [oldSize, newSize] = [BigInt(Math.min(a, b)), BigInt(Math.max(a, b))];
        STORE.reads.clear();
        consistencyProof(oldSize, newSize, STORE.read);
        const named = tilesForRanges(consistencyRanges(oldSize, newSize));
        expect(STORE.reads).toEqual(new Set(named.map((tile) => `${tile.level}/${tile.index}`)));
      }),
    );
  });

  it("refuses to prove growth from nothing, or shrinking", () => {
    expect(() => consistencyProof(0n, 5n, STORE.read)).toThrow(/no proof/);
    expect(() => consistencyProof(6n, 5n, STORE.read)).toThrow(/no proof/);
  });

  it("refuses to verify growth from nothing, whatever the proof", () => {
    const [oldRoot, newRoot] = [rootAt(0), rootAt(3)];
    for (const proof of [[], [newRoot], [rootAt(2), rootAt(1)]]) {
      const claim = { oldSize: 0n, oldRoot, newSize: 3n, newRoot, proof };
      expect(() => verifyConsistency(claim)).toThrow(/says nothing/);
    }
  });

  it("accepts two empty trees, as nothing has changed", () => {
    const empty = rootAt(0);
    verifyConsistency({ oldSize: 0n, newSize: 0n, oldRoot: empty, newRoot: empty, proof: [] });
  });
});
