import { zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packPage, unpackPage, unpackPages } from "./packed-pages.ts";

const page = fc.oneof(
  fc.uint8Array({ maxLength: 3_000 }),
  fc.string({ maxLength: 3_000 }).map((text) => new TextEncoder().encode(text.repeat(20))),
);

describe("packed pages", () => {
  test("are unpacked as they were, many at once, whatever each of them is", () => {
    fc.assert(
      fc.property(fc.array(page, { maxLength: 40 }), (pages) => {
        const unpacked = unpackPages(pages.map(packPage));
        expect(unpacked.map((each) => Buffer.from(each))).toEqual(
          pages.map((each) => Buffer.from(each)),
        );
      }),
      { numRuns: 200 },
    );
  });

  test("of before, frames of zstd, are unpacked among the others", () => {
    const [old, young, empty] = ["old ".repeat(900), "young ".repeat(500), ""].map((text) =>
      Buffer.from(text),
    ) as [Buffer, Buffer, Buffer];
    const packed = [packPage(young), zstdCompressSync(old), packPage(empty), packPage(young)];
    const texts = unpackPages(packed).map((each) => Buffer.from(each).toString());
    expect(texts).toEqual([`${young}`, `${old}`, "", `${young}`]);
  });

  test("are smaller than what they hold", () => {
    const text = Buffer.from(Array.from({ length: 100 }, (_, at) => `wmuscat${at}\0region`).join());
    expect(packPage(text).length).toBeLessThan(text.length / 3);
  });

  test("that say another length are refused, and so is what was never packed", () => {
    const packed = packPage(Buffer.from("muscat ".repeat(9)));
    const longer = Buffer.from(packed);
    longer.writeUInt32BE(200, 1);
    expect(() => unpackPage(longer)).toThrow("not as long as they say");
    const shorter = Buffer.from(packed);
    shorter.writeUInt32BE(2, 1);
    expect(() => unpackPage(shorter)).toThrow("not as long as they say");
    expect(() => unpackPage(Buffer.from("muscat"))).toThrow();
  });
});
