import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatTilePath, parseTilePath, tileWidth } from "./tile-path.ts";

describe("tile paths", () => {
  it.each([
    ["tile/0/000", { level: 0, index: 0n, width: 256 }],
    ["tile/0/x001/x234/067", { level: 0, index: 1_234_067n, width: 256 }],
    ["tile/1/x001/000.p/1", { level: 1, index: 1000n, width: 1 }],
    ["tile/63/999.p/255", { level: 63, index: 999n, width: 255 }],
    ["tile/entries/x273/112.p/17", { level: "entries" as const, index: 273_112n, width: 17 }],
  ])("reads and writes %s", (path, address) => {
    expect(parseTilePath(path)).toEqual(address);
    expect(formatTilePath(address)).toBe(path);
  });

  it.each([
    "",
    "tile",
    "tile/0",
    "tile/0/0",
    "tile/0/00",
    "tile/0/0000",
    "tile/00/000",
    "tile/01/000",
    "tile/64/000",
    "tile/-1/000",
    "tile/0/001/000",
    "tile/0/x000/001",
    "tile/0/x001",
    "tile/0/x001/x234",
    "tile/0/000.p",
    "tile/0/000.p/",
    "tile/0/000.p/0",
    "tile/0/000.p/01",
    "tile/0/000.p/256",
    "tile/0/000.p/999",
    "tile/0/000/",
    "tile/0/000\n",
    "/tile/0/000",
    "tile/entry/000",
    "tile/0/../000",
    "tile/0/x001/x234/067.p/1/2",
    `tile/0/${"x001/".repeat(40)}000`,
  ])("refuses %j", (path) => {
    expect(() => parseTilePath(path)).toThrow();
  });

  it("reads back whatever it writes", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.nat(63), fc.constant("entries" as const)),
        fc.bigInt(0n, 2n ** 56n),
        fc.integer({ min: 1, max: 256 }),
        (level, index, width) => {
          const address = { level, index, width };
          expect(parseTilePath(formatTilePath(address))).toEqual(address);
        },
      ),
    );
  });

  it("knows the widths of the specification's tree of 70,000", () => {
    expect(tileWidth(0, 272n, 70_000n)).toBe(256);
    expect(tileWidth(0, 273n, 70_000n)).toBe(112);
    expect(tileWidth(0, 274n, 70_000n)).toBe(0);
    expect(tileWidth(1, 0n, 70_000n)).toBe(256);
    expect(tileWidth(1, 1n, 70_000n)).toBe(17);
    expect(tileWidth(2, 0n, 70_000n)).toBe(1);
    expect(tileWidth(3, 0n, 70_000n)).toBe(0);
    expect(tileWidth("entries", 273n, 70_000n)).toBe(112);
    expect(tileWidth(0, 1n, 256n)).toBe(0);
    expect(tileWidth(1, 0n, 256n)).toBe(1);
  });
});
