import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { signCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import { signHandover } from "#server/engines/merkle/key-notes.ts";
import { formatVerifierKey, noteSigner } from "#server/engines/merkle/note-key.ts";
import { judgeHead, type ListedKey } from "./judge-head.ts";

const ORIGIN = "console.local/omantel";
const root = createHash("sha256").update("a root").digest();
const signer = (name: string) =>
  noteSigner(ORIGIN, new Uint8Array(createHash("sha256").update(name).digest()));
const [first, second, third, thief] = ["first", "second", "third", "thief"].map(signer) as [
  ReturnType<typeof signer>,
  ReturnType<typeof signer>,
  ReturnType<typeof signer>,
  ReturnType<typeof signer>,
];
type Signer = typeof first;

function head(size: bigint, ...signers: readonly Signer[]) {
  const note = signCheckpoint({ origin: ORIGIN, size, root, extensions: [] }, ...signers);
  return { note, claim: { treeSize: `${size}`, rootHash: root.toString("base64") } };
}

function listed(key: Signer, firstSize: number, before?: Signer): ListedKey {
  const handover = before
    ? signHandover(before, key, {
        firstSize: BigInt(firstSize),
        time: "2026-11-01T00:00:00.000Z",
        overlapUntil: null,
      })
    : null;
  return { vkey: formatVerifierKey(key), firstSize: `${firstSize}`, state: "current", handover };
}

const kept = [{ vkey: formatVerifierKey(first), firstSize: "0" }];
const list = [listed(first, 0), listed(second, 100, first), listed(third, 200, second)];

async function verdict({ note, claim }: ReturnType<typeof head>, list: readonly ListedKey[]) {
  return (await judgeHead(note, claim, kept, list)).kind;
}

describe("judgeHead", () => {
  it("believes the kept key, and whom it handed over to, each from its size on", async () => {
    expect(await verdict(head(99n, first), list)).toBe("signed");
    expect(await verdict(head(150n, second, first), list)).toBe("signed");
    const newest = head(250n, third);
    expect(await judgeHead(newest.note, newest.claim, kept, list)).toEqual({
      kind: "signed",
      vkey: formatVerifierKey(third),
      keys: [first, second, third].map((key, at) => ({
        vkey: formatVerifierKey(key),
        firstSize: `${at * 100}`,
      })),
    });
  });

  it("believes no key alone beyond the size at which it handed over", async () => {
    expect(await verdict(head(150n, first), list)).toBe("foreign");
    expect(await verdict(head(250n, second), list)).toBe("foreign");
    expect(await verdict(head(99n, second), list)).toBe("foreign");
  });

  it("believes no key that only the list brings", async () => {
    const forged = [listed(first, 0), { ...listed(thief, 100, thief) }];
    expect(await verdict(head(150n, thief), forged)).toBe("foreign");
    const unsigned = [listed(first, 0), { ...listed(thief, 100), handover: null }];
    expect(await verdict(head(150n, thief), unsigned)).toBe("foreign");
    expect(await verdict(head(150n, thief), [listed(thief, 0)])).toBe("foreign");
  });

  it("believes a handover for its own two keys and its own size alone", async () => {
    const [, next] = list as [ListedKey, ListedKey];
    for (const bent of [
      { ...next, vkey: formatVerifierKey(thief) },
      { ...next, firstSize: "50" },
    ])
      expect(await verdict(head(150n, thief), [listed(first, 0), bent])).toBe("foreign");
  });

  it("follows no handover by a key that was revoked", async () => {
    const revoked = [{ ...listed(first, 0), state: "revoked" }, listed(second, 100, first)];
    expect(await verdict(head(150n, second), revoked)).toBe("foreign");
  });

  it("refuses a head that is not the one that the proof leads to", async () => {
    const { note, claim } = head(99n, first);
    const other = Buffer.from(root.map((byte) => byte ^ 1)).toString("base64");
    expect((await judgeHead(note, { ...claim, rootHash: other }, kept, list)).kind).toBe("foreign");
    expect((await judgeHead(note, { ...claim, treeSize: "98" }, kept, list)).kind).toBe("foreign");
  });

  it("refuses every signature with one bit changed", async () => {
    const { note, claim } = head(99n, first);
    const at = note.lastIndexOf(" ") + 1;
    const bytes = Buffer.from(note.slice(at).trim(), "base64");
    for (let bit = 32; bit < bytes.length * 8; bit += 37) {
      const bent = Buffer.from(bytes);
      bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const altered = `${note.slice(0, at)}${bent.toString("base64")}\n`;
      expect((await judgeHead(altered, claim, kept, list)).kind).toBe("foreign");
    }
  });
});
