import { describe, expect, it } from "vitest";
import { appendLeaves } from "./append-leaves.ts";
import { inclusionProof } from "./build-proof.ts";
import { openCheckpoint, parseCheckpointText, signCheckpoint } from "./checkpoint.ts";
import { formatLogProof, parseLogProof, verifyLogProof } from "./log-proof.ts";
import { noteSigner } from "./note-key.ts";
import { sampleLeaves, TileStore } from "./testing/naive-tree.ts";

const ORIGIN = "omantel.console.local/muscatpharmacy";
const log = noteSigner(ORIGIN, new Uint8Array(32).fill(5));
const store = new TileStore();
const leaves = sampleLeaves(300);
const { size, root, tiles } = appendLeaves(0n, store.read, leaves);
store.put(tiles);
const checkpoint = { origin: ORIGIN, size, root, extensions: [] };
const note = signCheckpoint(checkpoint, log);

describe("checkpoints", () => {
  it("come back from their note", () => {
    expect(openCheckpoint(note, ORIGIN, log)).toEqual(checkpoint);
    const extended = { ...checkpoint, extensions: ["one", "two"] };
    expect(openCheckpoint(signCheckpoint(extended, log), ORIGIN, log)).toEqual(extended);
  });

  it("of another log are refused, though the key is the same", () => {
    expect(() => openCheckpoint(note, `${ORIGIN}2`, log)).toThrow(/another log/);
  });

  const good = note.slice(0, note.indexOf("\n\n") + 1);
  it.each([
    ["a leading zero", good.replace("\n300\n", "\n0300\n")],
    ["a sign", good.replace("\n300\n", "\n+300\n")],
    ["65 bits", good.replace("\n300\n", "\n18446744073709551616\n")],
    ["a short root", `${ORIGIN}\n300\nAAAA\n`],
    ["an empty origin", good.slice(ORIGIN.length)],
    ["an empty extension", `${good}\n`],
    ["two lines", `${ORIGIN}\n300\n`],
    ["no newline", good.slice(0, -1)],
  ])("with %s are refused", (_, text) => {
    expect(() => parseCheckpointText(text)).toThrow();
  });

  it("are not signed with a broken origin, size or root", () => {
    for (const wrong of [
      { origin: "" },
      { origin: "a\nb" },
      { size: 2n ** 64n },
      { size: -1n },
      { root: root.slice(1) },
      { extensions: [""] },
    ]) {
      expect(() => signCheckpoint({ ...checkpoint, ...wrong }, log)).toThrow();
    }
  });
});

describe("log proofs", () => {
  const leafIndex = 257n;
  const proof = inclusionProof(leafIndex, size, store.read);
  const text = formatLogProof({ leafIndex, proof, checkpoint: note });
  const leaf = leaves[257] as Uint8Array;

  it("verify offline", () => {
    expect(verifyLogProof(text, leaf, ORIGIN, log)).toEqual(checkpoint);
    const extra = Uint8Array.of(1, 2, 3);
    const carrying = formatLogProof({ leafIndex, proof, checkpoint: note, extra });
    expect(parseLogProof(carrying)).toEqual({ leafIndex, proof, checkpoint: note, extra });
    verifyLogProof(carrying, leaf, ORIGIN, log);
  });

  it("of the only leaf have no hashes", () => {
    const [only] = leaves as [Uint8Array];
    const alone = signCheckpoint({ ...checkpoint, size: 1n, root: only }, log);
    verifyLogProof(
      formatLogProof({ leafIndex: 0n, proof: [], checkpoint: alone }),
      only,
      ORIGIN,
      log,
    );
  });

  const other = noteSigner(ORIGIN, new Uint8Array(32).fill(6));
  it.each([
    ["another leaf", text, leaves[0] as Uint8Array, ORIGIN],
    ["another index", text.replace("index 257", "index 258"), leaf, ORIGIN],
    ["a padded index", text.replace("index 257", "index 0257"), leaf, ORIGIN],
    ["another log's name", text, leaf, "example.com/log"],
    ["another header", text.replace("@v1", "@v2"), leaf, ORIGIN],
    ["no index", text.replace(/index.*\n/, ""), leaf, ORIGIN],
    ["a missing hash", text.replace(/(index.*\n).*\n/, "$1"), leaf, ORIGIN],
    ["a hash that is none", text.replace(/(index.*\n).*\n/, "$1AAAA\n"), leaf, ORIGIN],
    ["no checkpoint", text.slice(0, text.indexOf("\n\n") + 1), leaf, ORIGIN],
    [
      "another key",
      formatLogProof({ leafIndex, proof, checkpoint: signCheckpoint(checkpoint, other) }),
      leaf,
      ORIGIN,
    ],
  ])("with %s are refused", (_, lie, hash, origin) => {
    expect(() => verifyLogProof(lie, hash, origin, log)).toThrow();
  });
});
