import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appendLeaves } from "./append-leaves.ts";
import { toHex } from "./bytes.ts";
import { rightEdge } from "./right-edge.ts";
import { naiveRoot, sampleLeaves, TileStore } from "./testing/naive-tree.ts";
import { tileWidth } from "./tile-path.ts";
import { treeRoot } from "./tree-root.ts";

/** Appends in batches of these sizes; every root on the way is checked. */
function growInBatches(batches: readonly number[]): { store: TileStore; size: bigint } {
  const store = new TileStore();
  const leaves: Uint8Array[] = [];
  let size = 0n;
  for (const batch of batches) {
    const added = sampleLeaves(batch, leaves.length);
    leaves.push(...added);
    store.reads.clear();
    const grown = appendLeaves(size, store.read, added);
    const allowed = new Set(rightEdge(size).map((tile) => `${tile.level}/${tile.index}`));
    expect([...store.reads].filter((tile) => !allowed.has(tile))).toEqual([]);
    size += BigInt(batch);
    expect(grown.size).toBe(size);
    expect(toHex(grown.root)).toBe(toHex(naiveRoot(leaves)));
    for (const tile of grown.tiles) {
      expect(tile.hashes.length).toBe(tile.width * 32);
      expect(tile.width).toBe(tileWidth(tile.level, tile.index, size));
    }
    store.put(grown.tiles);
    expect(toHex(treeRoot(size, store.read))).toBe(toHex(grown.root));
  }
  return { store, size };
}

describe("appendLeaves", () => {
  it("equals the naive tree, whatever the batches", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { maxLength: 6 }), (batches) => {
        growInBatches(batches);
      }),
      { numRuns: 60 },
    );
  });

  it.each([[[1, 254, 1, 1]], [[255, 1, 255, 1]], [[256, 0, 256]], [[512, 1]], [[0, 0, 1]]])(
    "crosses tile borders: %j",
    (batches) => {
      growInBatches(batches);
    },
  );

  it("fills a level 1 tile and begins level 2", () => {
    const { store } = growInBatches([65_535, 1, 1]);
    expect(store.tiles.get("1/0")?.length).toBe(8192);
    expect(store.tiles.get("2/0")?.length).toBe(32);
    expect(store.tiles.get("0/256")?.length).toBe(32);
  });

  it("stores exactly the tiles that the specification's tree of 70,000 has", () => {
    const store = new TileStore();
    store.put(appendLeaves(0n, store.read, sampleLeaves(70_000)).tiles);
    const widths = [...store.tiles].map(([name, hashes]) => [name, hashes.length / 32] as const);
    const partial = widths.filter(([, width]) => width < 256);
    expect(Object.fromEntries(partial)).toEqual({ "0/273": 112, "1/1": 17, "2/0": 1 });
    expect(widths.length).toBe(273 + 1 + 2 + 1);
  });

  it("ignores what a stored tile holds beyond this size", () => {
    const store = new TileStore();
    const leaves = sampleLeaves(9);
    store.put(appendLeaves(0n, store.read, sampleLeaves(200)).tiles);
    const grown = appendLeaves(7n, store.read, leaves.slice(7));
    expect(toHex(grown.root)).toBe(toHex(naiveRoot(leaves)));
  });

  it("refuses an absent or short right-edge tile, and a leaf that is no hash", () => {
    const store = new TileStore();
    expect(() => appendLeaves(3n, store.read, [])).toThrow(/absent or short/);
    store.tiles.set("0/0", new Uint8Array(64));
    expect(() => appendLeaves(3n, store.read, sampleLeaves(1))).toThrow(/absent or short/);
    expect(() => appendLeaves(2n, store.read, [new Uint8Array(31)])).toThrow(/32 bytes/);
  });
});
