import { MerkleError } from "./merkle-error.ts";

/** Levels of the tree between two levels of tiles, and hashes in a full tile (C2SP tlog-tiles). */
export const TILE_HEIGHT = 8;
export const TILE_WIDTH = 256;

/** A tile (`level` a number) or an entry bundle (`level: "entries"`), `width` 1–256. */
export interface TileAddress {
  level: number | "entries";
  index: bigint;
  width: number;
}

/** `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`. */
export function formatTilePath({ level, index, width }: TileAddress): string {
  const groups: string[] = [];
  let rest = index;
  do {
    const digits = (rest % 1000n).toString().padStart(3, "0");
    groups.unshift(groups.length === 0 ? digits : `x${digits}`);
    rest /= 1000n;
  } while (rest > 0n);
  const partial = width === TILE_WIDTH ? "" : `.p/${width}`;
  return `tile/${level}/${groups.join("/")}${partial}`;
}

const SHAPE = /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/;

/** Throws `MerkleError` on every spelling but the one `formatTilePath` gives. */
export function parseTilePath(path: string): TileAddress {
  // 2^64 leaves never need more than seven groups of three digits.
  const match = path.length > 64 ? null : SHAPE.exec(path);
  const [, level, groups, width] = match ?? [];
  if (!level || !groups) throw new MerkleError("not a tile path");
  const address: TileAddress = {
    level: level === "entries" ? level : Number(level),
    index: BigInt(groups.replaceAll(/[x/]/g, "")),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  const isPartial = width !== undefined;
  if (isPartial && (address.width < 1 || address.width >= TILE_WIDTH)) {
    throw new MerkleError("a partial tile is 1 to 255 wide");
  }
  if (address.level !== "entries" && address.level > 63) {
    throw new MerkleError("a tile level is 0 to 63");
  }
  if (formatTilePath(address) !== path) throw new MerkleError("not a canonical tile path");
  return address;
}

/** The width a tile has in a tree of `treeSize` leaves; 0 when it has not begun. */
export function tileWidth(level: number | "entries", index: bigint, treeSize: bigint): number {
  const depth = level === "entries" ? 0 : level;
  const rest = (treeSize >> BigInt(depth * TILE_HEIGHT)) - index * BigInt(TILE_WIDTH);
  if (rest <= 0n) return 0;
  return rest >= BigInt(TILE_WIDTH) ? TILE_WIDTH : Number(rest);
}
