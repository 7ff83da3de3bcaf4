import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatEntryBundle, MAX_ENTRY_BYTES, parseEntryBundle } from "./entry-bundle.ts";

describe("entry bundles", () => {
  it("reads back whatever it writes, also from the middle of a buffer", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 256 }), (entries) => {
        const bundle = formatEntryBundle(entries);
        const shifted = new Uint8Array(bundle.length + 3);
        shifted.set(bundle, 3);
        expect(parseEntryBundle(shifted.subarray(3))).toEqual(entries);
      }),
    );
  });

  it("writes the length big-endian and allows the longest entry", () => {
    expect(formatEntryBundle([new Uint8Array(258)]).slice(0, 2)).toEqual(Uint8Array.of(1, 2));
    const longest = new Uint8Array(MAX_ENTRY_BYTES).fill(7);
    expect(parseEntryBundle(formatEntryBundle([longest]))).toEqual([longest]);
    expect(() => formatEntryBundle([new Uint8Array(MAX_ENTRY_BYTES + 1)])).toThrow(/65,535/);
  });

  it.each([[[0]], [[0, 1]], [[0, 0, 5]], [[0, 2, 1]]])("refuses the torn bundle %j", (bytes) => {
    expect(() => parseEntryBundle(Uint8Array.from(bytes))).toThrow(/cut short/);
  });

  it("refuses more than a tile's worth", () => {
    expect(() => parseEntryBundle(new Uint8Array(257 * 2))).toThrow(/too wide/);
  });
});
