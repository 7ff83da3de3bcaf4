import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appendLeaves } from "#server/engines/merkle/append-leaves.ts";
import { signCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import { formatEntryBundle } from "#server/engines/merkle/entry-bundle.ts";
import { leafHash } from "#server/engines/merkle/hashing.ts";
import { formatVerifierKey, noteSigner } from "#server/engines/merkle/note-key.ts";
import { formatTilePath, TILE_WIDTH, tileWidth } from "#server/engines/merkle/tile-path.ts";
import type { Command } from "../command.ts";
import { logCheckProofCommand } from "./log-check-proof.ts";
import { logVerifyCommand } from "./log-verify.ts";

async function run(command: Command, ...args: string[]) {
  const lines: string[] = [];
  const output = {
    out: (line: string) => lines.push(line),
    err: (line: string) => lines.push(line),
  };
  const exit = await command.run(args, output);
  return { exit, text: lines.join("\n") };
}

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "log-verify-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, content: Uint8Array | string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const SIZE = 600;
const signer = noteSigner("example.com/log", new Uint8Array(32).fill(3));
const entries = Array.from({ length: SIZE }, (_, n) => new TextEncoder().encode(`{"n":${n}}`));
const grown = appendLeaves(0n, () => undefined, entries.map(leafHash));

/** Writes the log of 600 entries as files. */
function writeLog(): void {
  for (const { level, index, width, hashes } of grown.tiles) {
    put(formatTilePath({ level, index, width }), hashes);
  }
  for (let index = 0; index * TILE_WIDTH < SIZE; index += 1) {
    const width = tileWidth(0, BigInt(index), BigInt(SIZE));
    const bundle = entries.slice(index * TILE_WIDTH, index * TILE_WIDTH + width);
    put(
      formatTilePath({ level: "entries", index: BigInt(index), width }),
      formatEntryBundle(bundle),
    );
  }
  const { size, root } = grown;
  put("checkpoint", signCheckpoint({ origin: signer.name, size, root, extensions: [] }, signer));
  put("vkey", `${formatVerifierKey(signer)}\n`);
}

const verify = (tiles = folder) =>
  run(
    logVerifyCommand,
    ...["--checkpoint", join(folder, "checkpoint")],
    ...["--vkey", join(folder, "vkey"), "--tiles", tiles],
  );

function flip(path: string, at: number): void {
  const bytes = readFileSync(join(folder, path));
  bytes[at] = (bytes[at] as number) ^ 1;
  put(path, bytes);
}

describe("log verify", () => {
  it("accepts a whole log, and the tile folder itself", async () => {
    writeLog();
    const { exit, text } = await verify();
    expect(text).toContain("entries checked 600 of 600\nverified");
    expect(exit).toBe(0);
    expect((await verify(join(folder, "tile"))).exit).toBe(0);
  });

  it("accepts hash tiles alone, and says that no entry was checked", async () => {
    writeLog();
    rmSync(join(folder, "tile/entries"), { recursive: true });
    const { exit, text } = await verify();
    expect(text).toContain("entries checked 0 of 600\nverified");
    expect(exit).toBe(0);
  });

  it("reads a wider tile where the narrower one is gone", async () => {
    writeLog();
    const early = appendLeaves(0n, () => undefined, entries.slice(0, 300).map(leafHash));
    const checkpoint = { origin: signer.name, size: 300n, root: early.root, extensions: [] };
    put("checkpoint", signCheckpoint(checkpoint, signer));
    expect(await verify()).toMatchObject({ exit: 0 });
  });

  it.each<[string, () => void, RegExp]>([
    [
      "a flipped leaf",
      () => flip("tile/0/001", 40),
      /tile\/1\/000.p\/2: hash 1 is not that of tile\/0\/001/,
    ],
    ["a flipped leaf at the edge", () => flip("tile/0/002.p/88", 9), /entry 512 does not hash/],
    ["a flipped upper hash", () => flip("tile/1/000.p/2", 1), /hash 0 is not that of tile\/0\/000/],
    ["a flipped entry", () => flip("tile/entries/001", 4), /entry 256 does not hash to its leaf/],
    ["a missing leaf tile", () => rmSync(join(folder, "tile/0/001")), /tile\/0\/001 is absent/],
    [
      "a missing upper tile",
      () => rmSync(join(folder, "tile/1"), { recursive: true }),
      /tile\/1\/000.p\/2 is absent/,
    ],
    [
      "a missing bundle",
      () => rmSync(join(folder, "tile/entries/000")),
      /tile\/entries\/000 is absent/,
    ],
    ["a cut tile", () => put("tile/0/000", new Uint8Array(64)), /is 64 bytes long, not 8192/],
    ["a cut bundle", () => put("tile/entries/000", new Uint8Array(4)), /holds 2 entries, not 256/],
    ["a torn bundle", () => put("tile/entries/000", new Uint8Array(3)), /cut short/],
    ["another signature", () => flip("checkpoint", 30), /NOT verified/],
  ])("says where: %s", async (_, damage, finding) => {
    writeLog();
    damage();
    const { exit, text } = await verify();
    expect(text).toMatch(finding);
    expect(text).toContain("NOT verified");
    expect(exit).toBe(1);
  });

  it("finds an entry that was left out although every tile fits", async () => {
    writeLog();
    const shorter = appendLeaves(0n, () => undefined, entries.slice(1).map(leafHash));
    rmSync(join(folder, "tile"), { recursive: true });
    for (const { level, index, width, hashes } of shorter.tiles) {
      put(formatTilePath({ level, index, width }), hashes);
    }
    expect((await verify()).text).toMatch(/tile\/0\/002.p\/88 is absent/);
    const swapped = [...entries.slice(1), entries[0] as Uint8Array].map(leafHash);
    for (const { level, index, width, hashes } of appendLeaves(0n, () => undefined, swapped)
      .tiles) {
      put(formatTilePath({ level, index, width }), hashes);
    }
    expect((await verify()).text).toMatch(/the tiles lead to the root .*, the checkpoint says/);
  });

  it("says how it is called, and what it cannot read", async () => {
    await expect(run(logVerifyCommand)).rejects.toThrow("--checkpoint");
    put("checkpoint", "x");
    put("vkey", "x");
    await expect(verify()).rejects.toThrow(/not a verifier key/);
    put("vkey", formatVerifierKey(signer));
    await expect(verify()).rejects.toThrow(/holds no tiles/);
  });
});

describe("log check-proof", () => {
  it("tells a valid proof from an invalid one, and both from nonsense", async () => {
    const leaf = Buffer.from(leafHash(entries[0] as Uint8Array)).toString("base64");
    const proof = { leafIdx: 0, treeSize: 1, root: leaf, leafHash: leaf, proof: null };
    const valid = put("valid.json", JSON.stringify(proof));
    expect(await run(logCheckProofCommand, valid)).toEqual({
      exit: 0,
      text: "valid: inclusion proof of 0 hashes",
    });
    const invalid = put("invalid.json", JSON.stringify({ ...proof, treeSize: 2 }));
    expect((await run(logCheckProofCommand, invalid)).exit).toBe(1);
    await expect(run(logCheckProofCommand, put("none.json", "{"))).rejects.toThrow(SyntaxError);
    await expect(run(logCheckProofCommand)).rejects.toThrow("Name one proof file");
  });
});

const CONFORMANCE = join(process.env.CONFORMANCE_DIR ?? "../shared/conformance", "tlog");
describe.skipIf(!existsSync(CONFORMANCE))("the tlog-tiles log of transparency-dev/tessera", () => {
  it("is verified at each of its sizes, and not at a forged one", async () => {
    cpSync(join(CONFORMANCE, "log"), folder, { recursive: true });
    put("vkey", readFileSync(join(CONFORMANCE, "log.vkey")));
    const sizes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    for (const size of sizes) {
      put("checkpoint", readFileSync(join(CONFORMANCE, `log/checkpoint.${size}`)));
      expect(await verify(), `size ${size}`).toMatchObject({ exit: 0 });
    }
    flip("checkpoint", 28);
    expect(await verify()).toMatchObject({ exit: 1 });
  });
});
