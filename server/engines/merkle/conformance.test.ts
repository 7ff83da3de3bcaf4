import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { appendLeaves } from "./append-leaves.ts";
import { consistencyProof, inclusionProof } from "./build-proof.ts";
import { equalBytes, toHex } from "./bytes.ts";
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
import { parseEntryBundle } from "./entry-bundle.ts";
import { leafHash } from "./hashing.ts";
import { MerkleError } from "./merkle-error.ts";
import { parseVerifierKey } from "./note-key.ts";
import type { TileReader } from "./subtree.ts";
import { parseProofFile, verifyProofFile } from "./testing/proof-file.ts";
import { parseTilePath } from "./tile-path.ts";
import { treeRoot } from "./tree-root.ts";
import { verifyConsistency } from "./verify-consistency.ts";
import { verifyInclusion } from "./verify-inclusion.ts";

const FOLDER = join(process.env.CONFORMANCE_DIR ?? "../shared/conformance", "tlog");
const isAbsent = !existsSync(FOLDER);

/** Files below a folder, as paths relative to it; none when the folder is absent. */
function filesBelow(folder: string): string[] {
  if (isAbsent) return [];
  return readdirSync(join(FOLDER, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(FOLDER, folder).length + 1))
    .sort();
}

function textOf(path: string): string {
  return readFileSync(join(FOLDER, path), "utf8");
}

function wantsError(path: string): boolean {
  return (JSON.parse(textOf(path)) as { wantErr: boolean }).wantErr;
}

describe.skipIf(isAbsent)("RFC 6962 proofs of transparency-dev/merkle", () => {
  const inclusion = filesBelow("inclusion");
  const consistency = filesBelow("consistency");

  const cases = [
    ...inclusion.map((path) => `inclusion/${path}`),
    ...consistency.map((path) => `consistency/${path}`),
  ];

  it.each(cases)("%s", (path) => {
    const verify = () => verifyProofFile(parseProofFile(textOf(path)));
    if (wantsError(path)) expect(verify).toThrow(MerkleError);
    else verify();
  });

  it("has cases of both kinds and verdicts, and numbers of 64 bits", () => {
    expect(inclusion.length).toBeGreaterThan(0);
    expect(consistency.length).toBeGreaterThan(0);
    expect(cases.filter(wantsError).length).toBeGreaterThan(0);
    expect(cases.filter((path) => !wantsError(path)).length).toBeGreaterThan(0);
    expect(cases.some((path) => textOf(path).includes("18446744073709551615"))).toBe(true);
  });
});

describe.skipIf(isAbsent)("the tlog-tiles log of transparency-dev/tessera", () => {
  const files = filesBelow("log");
  const checkpoints = files.filter((file) => file.startsWith("checkpoint"));
  const hashTiles = files.filter((file) => /^tile\/[0-9]/.test(file));
  const bundles = files.filter((file) => file.startsWith("tile/entries/"));
  const ORIGIN = "example.com/log/testdata";

  const read = (file: string): Uint8Array =>
    new Uint8Array(readFileSync(join(FOLDER, "log", file)));
  const open = (file: string): Checkpoint => {
    const key = parseVerifierKey(readFileSync(join(FOLDER, "log.vkey"), "utf8"));
    return openCheckpoint(readFileSync(join(FOLDER, "log", file), "utf8"), ORIGIN, key);
  };
  /** The 15 entries fit one tile, so its widest version serves every size. */
  const widest: TileReader = (level, index) =>
    level === 0 && index === 0n ? read("tile/0/000.p/15") : undefined;

  it("is there, whole", () => {
    expect(checkpoints.length).toBeGreaterThan(0);
    expect(hashTiles.length).toBeGreaterThan(0);
    expect(bundles.length).toBe(hashTiles.length);
    expect(checkpoints.length + hashTiles.length + bundles.length).toBe(files.length);
  });

  it.each(checkpoints)("%s is signed and has the root of its tiles", (file) => {
    const { size, root } = open(file);
    if (file !== "checkpoint") expect(file).toBe(`checkpoint.${size}`);
    const own: TileReader = (level, index) =>
      level === 0 && index === 0n ? read(`tile/0/000.p/${size}`) : undefined;
    expect(toHex(treeRoot(size, own))).toBe(toHex(root));
  });

  it.each(bundles)("%s hashes to its tile", (file) => {
    const { index, width } = parseTilePath(file);
    expect(index).toBe(0n);
    const entries = parseEntryBundle(read(file));
    const tile = read(file.replace("entries", "0"));
    expect(entries.length).toBe(width);
    expect(tile.length).toBe(width * 32);
    entries.forEach((entry, position) => {
      expect(equalBytes(leafHash(entry), tile.slice(position * 32, position * 32 + 32))).toBe(true);
    });
  });

  it.each(hashTiles)("%s is what appending its entries gives", (file) => {
    const { level, index, width } = parseTilePath(file);
    const hashes = parseEntryBundle(read(file.replace("/0/", "/entries/"))).map(leafHash);
    const half = Math.floor(width / 2);
    const first = appendLeaves(0n, () => undefined, hashes.slice(0, half));
    const grown = appendLeaves(first.size, () => first.tiles[0]?.hashes, hashes.slice(half));
    expect(grown.tiles).toEqual([{ level, index, width, hashes: read(file) }]);
    expect(toHex(grown.root)).toBe(toHex(open(`checkpoint.${width}`).root));
  });

  it("proves every entry in every signed size, and every size consistent with every later one", () => {
    const heads = checkpoints.map(open).filter(({ size }) => size > 0n);
    const entries = parseEntryBundle(read("tile/entries/000.p/15"));
    let proofs = 0;
    for (const { size: treeSize, root: rootHash } of heads) {
      for (let leafIndex = 0n; leafIndex < treeSize; leafIndex += 1n) {
        const proof = inclusionProof(leafIndex, treeSize, widest);
        const leaf = leafHash(entries[Number(leafIndex)] as Uint8Array);
        verifyInclusion({ leafIndex, leafHash: leaf, treeSize, rootHash, proof });
        proofs += 1;
      }
      for (const { size: newSize, root: newRoot } of heads.filter(({ size }) => size >= treeSize)) {
        const proof = consistencyProof(treeSize, newSize, widest);
        verifyConsistency({ oldSize: treeSize, oldRoot: rootHash, newSize, newRoot, proof });
        proofs += 1;
      }
    }
    expect(proofs).toBeGreaterThan(200);
  });
});
