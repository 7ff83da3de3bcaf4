import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { noteSigner } from "../merkle/note-key.ts";
import { TAR_END, tarEntry, tarFiles } from "../tenant-export/tar.ts";
import { DISCLOSURES } from "./pack-format.ts";
import { wholeTiles } from "./pack-tiles.ts";
import { inPieces, logKey, madeLog, packOf, witnessKey } from "./testing/made-pack.ts";
import { verifyPack } from "./verify-pack.ts";
import type { PackLeaf, PackSource } from "./write-pack.ts";

const keys = { log: [logKey], witnesses: [witnessKey] };
const log = madeLog(700);
const verify = (pack: Uint8Array, given = keys) => verifyPack(inPieces(pack), given);
const faultsOf = async (pack: Uint8Array) => (await verify(pack)).faults;
const filesOf = (pack: Buffer) => [...tarFiles(pack)];
const tarOf = (files: { name: string; content: Uint8Array }[]) =>
  Buffer.concat([...files.map(({ name, content }) => tarEntry(name, content)), TAR_END]);
/** The log's operator leaves an event out, and signs what he says. */
const without = (gone: bigint): PackSource => ({
  ...log.source,
  leaves: async (index, width) =>
    (await log.source.leaves(index, width)).filter((leaf) => leaf.index !== gone),
});

describe.each(DISCLOSURES)("a pack that opens %s", (disclosure) => {
  test.each([
    ["", [0n, 700n], 700],
    ["outcome:denied", [0n, 700n], 70],
    ["outcome:denied payload.region:muscat", [300n, 400n], 9],
    ["actor:alice", [256n, 512n], 36],
    ["type:nothing.at.all", [0n, 1n], 0],
  ] as const)("of %j is valid and counts every entry", async (query, range, matches) => {
    const plan = log.plan(query, disclosure, [...range]);
    const pack = await packOf(plan, log.source);
    const verdict = await verify(pack);
    expect(verdict.faults).toEqual([]);
    const { counts, cosignedBy } = verdict;
    expect(cosignedBy).toEqual(["witness.test/one"]);
    expect(counts.entries).toBe(Number(plan.range.to - plan.range.from));
    expect(counts.matches + counts.proved + counts.said).toBe(counts.entries);
    if (range[1] === 700n || range[0] === 256n) expect(counts.matches).toBe(matches);
    if (disclosure === "matches") expect(counts.proved).toBe(0);
    if (disclosure === "payloads") expect(counts.said).toBe(counts.erased);
  });

  test("has the same bytes for the same inputs", async () => {
    const plan = log.plan("outcome:denied", disclosure);
    const again = madeLog(700);
    expect(await packOf(plan, log.source)).toEqual(
      await packOf(again.plan("outcome:denied", disclosure), again.source),
    );
  });
});

test("words and payload fields are decided by their payload, or said", async () => {
  const of = async (disclosure: (typeof DISCLOSURES)[number]) =>
    (await verify(await packOf(log.plan("payload.region:muscat", disclosure), log.source))).counts;
  expect(await of("matches")).toMatchObject({ matches: 229, proved: 0, said: 471 });
  expect(await of("envelopes")).toMatchObject({ matches: 229, proved: 0, said: 471 });
  expect(await of("payloads")).toMatchObject({ matches: 229, proved: 457, said: 14, erased: 14 });
});

test("what the operator himself leaves out shows where the range is opened", async () => {
  const plan = (disclosure: (typeof DISCLOSURES)[number]) => log.plan("outcome:denied", disclosure);
  const hidden = await packOf(plan("matches"), without(30n));
  expect((await verify(hidden)).counts).toMatchObject({ matches: 69, said: 631 });
  const changed: PackSource = {
    ...log.source,
    leaves: async (index, width) =>
      (await log.source.leaves(index, width)).map((leaf: PackLeaf) =>
        leaf.index === 30n
          ? { ...leaf, envelope: leaf.envelope.replace('"denied"', '"failed"') }
          : leaf,
      ),
  };
  const faults = await faultsOf(await packOf(plan("envelopes"), changed));
  expect(faults).toEqual(["tile/entries/000: entry 30 is not the one that was sealed"]);
  const files = filesOf(await packOf(plan("envelopes"), log.source));
  const cut = files.map(({ name, content }) =>
    name === "events/000.ndjson"
      ? { name, content: Buffer.from(content.toString().split("\n").slice(1).join("\n")) }
      : { name, content },
  );
  expect(await faultsOf(tarOf(cut))).toContain("entry 0 fits the query and is left out");
  await expect(packOf(plan("envelopes"), without(30n))).rejects.toThrow("255 of 256 entries");
});

test("a file that is changed, missing, twice or moved is named", async () => {
  const plan = log.plan("outcome:denied payload.region:muscat", "payloads");
  const files = filesOf(await packOf(plan, log.source));
  expect(await faultsOf(tarOf(files))).toEqual([]);
  for (const [at, { name, content }] of files.entries()) {
    const less = await faultsOf(tarOf(files.toSpliced(at, 1)));
    expect(less.join("\n"), `without ${name}`).toContain(name);
    const twice = await faultsOf(tarOf(files.toSpliced(at, 0, { name, content })));
    expect(twice.join("\n"), `${name} twice`).toContain(name);
    const other = Buffer.from(content);
    other[other.length >> 1] = (other[other.length >> 1] ?? 0) ^ 1;
    const changed = await verify(tarOf(files.with(at, { name, content: other }))).then(
      ({ faults }) => faults.join("\n"),
      (error: Error) => error.message,
    );
    expect(changed, `${name} changed`).toContain(name === "MANIFEST.sha256" ? "MANIFEST" : name);
    const next = files[at + 1];
    if (!next) continue;
    const swapped = await faultsOf(tarOf(files.with(at, next).with(at + 1, { name, content })));
    expect(swapped.length, `${name} and ${next.name} swapped`).toBeGreaterThan(0);
  }
});

test("no byte can be changed, taken out, put in or cut off", async () => {
  const plan = log.plan("outcome:denied", "envelopes", [256n, 512n]);
  const pack = await packOf(plan, log.source);
  const place = fc.integer({ min: 0, max: pack.length - 1 });
  const tampered = fc.oneof(
    fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([at, bits]) => {
      const copy = Buffer.from(pack);
      copy[at] = (copy[at] ?? 0) ^ bits;
      return copy;
    }),
    place.map((at) => pack.subarray(0, at)),
    place.map((at) => Buffer.concat([pack.subarray(0, at), pack.subarray(at + 1)])),
    fc
      .tuple(place, fc.uint8Array({ minLength: 1, maxLength: 600 }))
      .map(([at, more]) => Buffer.concat([pack.subarray(0, at), more, pack.subarray(at)])),
  );
  await fc.assert(
    fc.asyncProperty(tampered, async (copy) => {
      const isFound = await verify(copy).then(
        ({ faults }) => faults.length > 0,
        () => true,
      );
      expect(isFound || copy.equals(pack)).toBe(true);
    }),
    { numRuns: 400 },
  );
}, 60_000);

test("another key, another log or a witness that did not cosign is told", async () => {
  const pack = await packOf(log.plan("", "matches"), log.source);
  const forged = noteSigner(logKey.name, new Uint8Array(32).fill(8));
  expect((await verify(pack, { log: [forged], witnesses: [] })).faults[0]).toContain(
    "checkpoint is not signed by log.test/acme",
  );
  const foreign = noteSigner("log.test/other", new Uint8Array(32).fill(8));
  await expect(verify(pack, { log: [foreign], witnesses: [] })).rejects.toThrow(
    "keys given are of",
  );
  const stranger = { ...witnessKey, name: "witness.test/two" };
  const { faults } = await verify(pack, { log: [logKey], witnesses: [stranger] });
  expect(faults).toEqual(["checkpoint is not cosigned by witness.test/two"]);
});

test.each([1, 255, 256, 257, 512, 65_793])(
  "any range of a tree of %i entries is bound to its root",
  async (size) => {
    const tree = madeLog(size);
    const n = BigInt(size);
    for (const [from, to] of [
      [0n, n],
      [0n, 1n],
      [n - 1n, n],
      [n / 2n, n / 2n + 1n],
    ] as [bigint, bigint][]) {
      const plan = tree.plan("index:<0", "matches", [from, to > n ? n : to]);
      const none: PackSource = { ...tree.source, leaves: async () => [] };
      expect(await faultsOf(await packOf(plan, none)), `${from}–${to}`).toEqual([]);
    }
  },
  60_000,
);

test("ranges are whole tiles, or none", () => {
  expect(wholeTiles(10n, 20n, 700n)).toEqual({ from: 0n, to: 256n, treeSize: 700n });
  expect(wholeTiles(600n, 700n, 700n)).toEqual({ from: 512n, to: 700n, treeSize: 700n });
  expect(() => wholeTiles(5n, 701n, 700n)).toThrow(RangeError);
});
