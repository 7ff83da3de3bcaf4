import { describe, expect, test } from "vitest";
import { formatAddCheckpoint, judgeAddCheckpoint, type WitnessedHead } from "./add-checkpoint.ts";
import { appendLeaves } from "./append-leaves.ts";
import { consistencyProof } from "./build-proof.ts";
import { toHex } from "./bytes.ts";
import { signCheckpoint } from "./checkpoint.ts";
import { cosign, openCosignatures } from "./cosignature.ts";
import { cosigner, cosignerVerifier, formatCosignerKey, parseCosignerKey } from "./cosigner-key.ts";
import { leafHash } from "./hashing.ts";
import { noteSigner, noteVerifier } from "./note-key.ts";
import type { TileReader } from "./subtree.ts";

const log = noteSigner("log.test/acme", new Uint8Array(32).fill(1));
const witness = cosigner("witness.test/w1", new Uint8Array(32).fill(2));

/** A log of so many entries; `fork` gives another one of the same size. */
function treeOf(size: number, fork = "") {
  const leaves = Array.from({ length: size }, (_, n) =>
    leafHash(new TextEncoder().encode(`${fork}${n}`)),
  );
  const { tiles, root } = appendLeaves(0n, () => undefined, leaves);
  const read: TileReader = (level, index) =>
    tiles.find((tile) => tile.level === level && tile.index === index)?.hashes;
  const head = { origin: log.name, size: BigInt(size), root, extensions: [] };
  return { root, read, note: signCheckpoint(head, log) };
}

function ask(
  tree: ReturnType<typeof treeOf>,
  oldSize: number,
  newSize: number,
  last?: WitnessedHead,
) {
  const isGrowth = oldSize > 0 && oldSize < newSize;
  const proof = isGrowth ? consistencyProof(BigInt(oldSize), BigInt(newSize), tree.read) : [];
  return judge(formatAddCheckpoint({ oldSize: BigInt(oldSize), proof, note: tree.note }), last);
}

function judge(body: string, last?: WitnessedHead) {
  return judgeAddCheckpoint(
    body,
    (origin) => (origin === log.name ? log : undefined),
    () => last,
  );
}

test("the example of the specification: key id and signature are of type 0x04", () => {
  const note = [
    "example.com/behind-the-sofa",
    "20852163",
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
    "",
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=",
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==",
    "",
  ].join("\n");
  // Its public key is not published: what can be told is its shape, and that a stranger's is left out.
  expect(openCosignatures(note, [witness])).toEqual([]);
  const keyId = Uint8Array.of(0x8d, 0x66, 0xcf, 0x3f);
  const impostor = { name: "witness.example.com/w1", keyId, publicKey: witness.publicKey };
  expect(() => openCosignatures(note, [impostor])).toThrow(/invalid/);
});

test("a cosignature is of one head, one time and one witness", () => {
  const { note } = treeOf(5);
  const text = note.slice(0, note.lastIndexOf("\n\n") + 1);
  const line = cosign(text, 1_679_315_147n, witness);
  expect(openCosignatures(note + line, [witness])).toEqual([
    { name: witness.name, timestamp: 1_679_315_147n, line: line.trimEnd() },
  ]);
  expect(() => openCosignatures(treeOf(6).note + line, [witness])).toThrow(/invalid/);
  const later = cosign(text, 1_679_315_148n, witness);
  expect(later).not.toBe(line);
  // The same key as that of a log is another key: a head's signature is no cosignature.
  const asLog = noteVerifier(witness.name, witness.publicKey);
  expect(toHex(asLog.keyId)).not.toBe(toHex(witness.keyId));
  expect(parseCosignerKey(formatCosignerKey(witness))).toEqual(
    cosignerVerifier(witness.name, witness.publicKey),
  );
  expect(() => parseCosignerKey(formatCosignerKey(witness).replace("+", "x+"))).toThrow();
});

describe("a witness", () => {
  const [five, nine] = [treeOf(5), treeOf(9)];
  const last = { size: 5n, root: five.root };

  test("cosigns a first head, a grown one, and the same once more", () => {
    expect(ask(five, 0, 5)).toMatchObject({ status: 200, cosign: { size: 5n } });
    expect(ask(nine, 5, 9, last)).toMatchObject({ status: 200, cosign: { size: 9n } });
    expect(ask(five, 5, 5, last)).toMatchObject({ status: 200 });
  });

  test("says which size it knows when the log says another", () => {
    expect(ask(nine, 0, 9, last)).toMatchObject({ status: 409, size: 5n });
    expect(ask(nine, 4, 9, last)).toMatchObject({ status: 409, size: 5n });
    expect(ask(five, 5, 5)).toMatchObject({ status: 409, size: 0n });
  });

  test("never cosigns a second past: a fork, another head of the same size, a cut", () => {
    expect(ask(treeOf(9, "x"), 5, 9, last)).toMatchObject({ status: 422 });
    expect(ask(treeOf(5, "x"), 5, 5, last)).toMatchObject({ status: 409, size: 5n });
    expect(ask(treeOf(3), 3, 3, last)).toMatchObject({ status: 409, size: 5n });
    expect(ask(treeOf(3), 5, 3, last)).toMatchObject({ status: 400 });
  });

  test("knows its logs and their keys", () => {
    const other = noteSigner("log.test/other", new Uint8Array(32).fill(3));
    const forged = noteSigner(log.name, new Uint8Array(32).fill(3));
    const signedBy = (signer: typeof log) =>
      signCheckpoint({ origin: signer.name, size: 5n, root: five.root, extensions: [] }, signer);
    const bodyOf = (note: string) => formatAddCheckpoint({ oldSize: 0n, proof: [], note });
    expect(judge(bodyOf(signedBy(other)))).toMatchObject({ status: 404 });
    expect(judge(bodyOf(signedBy(forged)))).toMatchObject({ status: 403 });
  });

  test.each([
    ["nothing", ""],
    ["no size", `old\n\n${five.note}`],
    ["a size with a leading zero", `old 05\n\n${five.note}`],
    ["a proof line that is no hash", `old 0\nAAAA\n\n${five.note}`],
    [
      "too many lines",
      `old 0\n${"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n".repeat(64)}\n${five.note}`,
    ],
    ["no checkpoint", "old 0\n\nnothing\n"],
  ])("refuses %s", (_, body) => expect(judge(body)).toMatchObject({ status: 400 }));

  test("refuses a proof from nothing", () => {
    const body = formatAddCheckpoint({ oldSize: 0n, proof: [five.root], note: five.note });
    expect(judge(body)).toMatchObject({ status: 422 });
  });
});
