import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isInTree } from "./verify-in-browser.ts";

const sha256 = (...parts: Buffer[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
const leaf = (text: string) => sha256(Buffer.of(0), Buffer.from(text));

/** RFC 6962 §2.1, by its recursive definition. */
function root(leaves: Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0] as Buffer;
  const split = 2 ** (Math.ceil(Math.log2(leaves.length)) - 1);
  return sha256(Buffer.of(1), root(leaves.slice(0, split)), root(leaves.slice(split)));
}

/** RFC 6962 §2.1.1. */
function path(at: number, leaves: Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const split = 2 ** (Math.ceil(Math.log2(leaves.length)) - 1);
  const [low, high] = [leaves.slice(0, split), leaves.slice(split)];
  return at < split ? [...path(at, low), root(high)] : [...path(at - split, high), root(low)];
}

const entries = Array.from({ length: 23 }, (_, index) => `{"id":"${index}","name":"صيدلية"}`);

function claim(size: number, at: number) {
  const leaves = entries.slice(0, size).map(leaf);
  return {
    envelope: entries[at] ?? "",
    leafIndex: `${at}`,
    treeSize: `${size}`,
    rootHash: root(leaves).toString("base64"),
    path: path(at, leaves).map((hash) => hash.toString("base64")),
  };
}

describe("isInTree", () => {
  it("accepts every leaf of every tree up to 23", async () => {
    for (let size = 1; size <= entries.length; size += 1) {
      for (let at = 0; at < size; at += 1) {
        expect(await isInTree(claim(size, at)), `${at} of ${size}`).toBe(true);
      }
    }
  });

  it("refuses another envelope, index, size, root and path", async () => {
    const good = claim(13, 6);
    const others = [
      { ...good, envelope: good.envelope.replace("6", "7") },
      { ...good, leafIndex: "5" },
      { ...good, leafIndex: "13" },
      { ...good, treeSize: "40" },
      { ...good, rootHash: claim(12, 6).rootHash },
      { ...good, path: good.path.slice(1) },
      { ...good, path: [...good.path, good.rootHash] },
    ];
    for (const other of others) expect(await isInTree(other)).toBe(false);
  });
});
