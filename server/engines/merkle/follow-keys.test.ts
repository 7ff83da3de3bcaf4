import { describe, expect, it } from "vitest";
import { openCheckpoint, signCheckpoint } from "./checkpoint.ts";
import { asKept, followKeys, type LogKeyList, type PublishedLogKey } from "./follow-keys.ts";
import { signEnding, signHandover } from "./key-notes.ts";
import { formatVerifierKey, type NoteSigner, noteSigner } from "./note-key.ts";
import { signNote } from "./signed-note.ts";

const ORIGIN = "omantel.console.local/acme-shop";
const keyOf = (byte: number) => noteSigner(ORIGIN, new Uint8Array(32).fill(byte));
const [first, second, third, stranger] = [1, 2, 3, 9].map(keyOf) as [
  NoteSigner,
  NoteSigner,
  NoteSigner,
  NoteSigner,
];
const TIME = "2026-11-22T00:00:00.000Z";
const UNTIL = "2026-12-22T00:00:00.000Z";

const head = (size: bigint, ...signers: NoteSigner[]) =>
  signCheckpoint(
    { origin: ORIGIN, size, root: new Uint8Array(32).fill(7), extensions: [] },
    ...signers,
  );

function entry(number: number, key: NoteSigner, more: Partial<PublishedLogKey>): PublishedLogKey {
  const open = { lastSize: null, to: null, overlapUntil: null, handover: null, ending: null };
  const vkey = formatVerifierKey(key);
  return { number, vkey, state: "current", firstSize: "0", from: TIME, ...open, ...more };
}

/** Key 1 handed over at 100 and ended at 150; key 2 hands over to key 3 from 201 on. */
function list(isRevoked = false): LogKeyList {
  const ending = { lastSize: 150n, time: TIME, isRevoked };
  return {
    origin: ORIGIN,
    keys: [
      entry(1, first, {
        state: isRevoked ? "revoked" : "retired",
        lastSize: "150",
        to: TIME,
        ending: signEnding(first, second, ending),
      }),
      entry(2, second, {
        state: "retiring",
        firstSize: "101",
        overlapUntil: UNTIL,
        handover: signHandover(first, second, { firstSize: 101n, time: TIME, overlapUntil: UNTIL }),
      }),
      entry(3, third, {
        firstSize: "201",
        handover: signHandover(second, third, { firstSize: 201n, time: TIME, overlapUntil: UNTIL }),
      }),
    ],
  };
}

const changed = (at: number, change: Partial<PublishedLogKey>): LogKeyList => ({
  origin: ORIGIN,
  keys: list().keys.map((key, index) => (index === at ? { ...key, ...change } : key)),
});

describe("the keys of a log", () => {
  const { keys, told } = followKeys([first], list());

  it("are followed from the first to the newest, and the reader is told", () => {
    expect(keys.map(formatVerifierKey)).toEqual([first, second, third].map(formatVerifierKey));
    expect(told).toHaveLength(2);
    expect(told[1]).toContain(formatVerifierKey(third));
  });

  it("are followed back as well: the newest names the one before it", () => {
    expect(followKeys([third], list()).keys).toHaveLength(3);
  });

  it.each([
    ["key 1 alone", 150n, [first]],
    ["both in an overlap", 120n, [second, first]],
    ["a new one with one that has ended", 160n, [second, first]],
    ["the newest alone", 999n, [third]],
  ])("sign heads of their sizes: %s", (_, size, signers) => {
    expect(openCheckpoint(head(size, ...signers), ORIGIN, keys).size).toBe(size);
  });

  it("accept nothing beyond a key's end, nor before its beginning", () => {
    expect(() => openCheckpoint(head(151n, first), ORIGIN, keys)).toThrow(/ended at 150/);
    expect(() => openCheckpoint(head(200n, third), ORIGIN, keys)).toThrow(/from 201/);
    expect(() => openCheckpoint(head(10n, stranger), ORIGIN, keys)).toThrow(/no known key/);
    // The key alone, without the list, is believed for any size: that is why the list is published.
    expect(openCheckpoint(head(151n, first), ORIGIN, first).size).toBe(151n);
  });

  it("are believed by those who know only the old key, as long as both sign", () => {
    expect(openCheckpoint(head(120n, second, first), ORIGIN, first).size).toBe(120n);
  });

  const handover = { firstSize: 101n, time: TIME, overlapUntil: UNTIL };
  it.each([
    [
      "a forged handover",
      1,
      { handover: signHandover(stranger, second, handover) },
      /not signed|no known/,
    ],
    ["one that the old key alone signed", 1, { handover: half(first) }, /not signed by/],
    ["one that the new key alone signed", 1, { handover: half(second) }, /not signed by/],
    ["a handover to another key", 1, { vkey: formatVerifierKey(stranger) }, /key \d/],
    ["a missing handover", 1, { handover: null }, /no handover/],
    ["another first size", 1, { firstSize: "90" }, /begins elsewhere/],
    ["another last size", 0, { lastSize: "900" }, /ended otherwise/],
    ["an end that nobody signed", 0, { ending: null }, /no successor signed/],
    ["a longer overlap", 1, { overlapUntil: "2099-01-01T00:00:00.000Z" }, /overlaps otherwise/],
    ["an ended key that signs again", 0, { state: "current" as const }, /ended otherwise/],
  ])("are refused whole with %s", (_, at, change, reason) => {
    expect(() => followKeys([first], changed(at, change))).toThrow(reason);
  });

  it("are refused with a link missing, and where the reader holds none of them", () => {
    const [one, , three] = list().keys as [PublishedLogKey, PublishedLogKey, PublishedLogKey];
    expect(() => followKeys([first], { origin: ORIGIN, keys: [one, three] })).toThrow(
      /key 2 is missing/,
    );
    expect(() => followKeys([stranger], list())).toThrow(/none of the keys/);
  });
});

describe("a revoked key", () => {
  it("hands over to nobody, and its word alone counts for nothing", () => {
    const { keys, told } = followKeys([first], list(true));
    expect(keys).toHaveLength(1);
    expect(told.join()).toMatch(/key 1.*was revoked; get key 2 by another way/);
    expect(() => openCheckpoint(head(150n, first), ORIGIN, keys)).toThrow(/revoked/);
  });

  it("stops nobody who got its successor by another way", () => {
    const { keys } = followKeys([first, second], list(true));
    expect(openCheckpoint(head(160n, second), ORIGIN, keys).size).toBe(160n);
    expect(openCheckpoint(head(160n, third, second), ORIGIN, keys).size).toBe(160n);
    expect(() => openCheckpoint(head(90n, first), ORIGIN, keys)).toThrow(/revoked/);
  });

  it("stays good for what the log's own keeper kept up to its end, no further", () => {
    const keys = asKept(followKeys([first], list(true), { mayFollowRevoked: true }).keys);
    expect(openCheckpoint(head(150n, first), ORIGIN, keys).size).toBe(150n);
    expect(() => openCheckpoint(head(151n, first), ORIGIN, keys)).toThrow(/ended at 150/);
    expect(openCheckpoint(head(300n, third), ORIGIN, keys).size).toBe(300n);
  });
});

/** The right words with one signature. */
function half(signer: NoteSigner): string {
  const whole = signHandover(first, second, { firstSize: 101n, time: TIME, overlapUntil: UNTIL });
  return signNote(whole.slice(0, whole.indexOf("\n\n") + 1), signer);
}
