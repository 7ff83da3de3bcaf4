/**
 * Segments cover the log as its tiles do: `number` of level L holds the leaves from `number × size`.
 * Sixteen full ones of a level make one of the next, so that a log of five million events has about
 * a hundred segments. The lowest level's last one grows.
 */
export const SEGMENT_SIZES = [256, 4_096, 65_536] as const;
/** Segments of a level that the next one takes together. */
export const MERGED_AT_ONCE = 16;
export const TOP_LEVEL = SEGMENT_SIZES.length - 1;

export interface SegmentId {
  readonly level: number;
  readonly number: number;
}

export function sizeOf(level: number): number {
  const size = SEGMENT_SIZES[level];
  if (size === undefined) throw new RangeError(`there is no level ${level}`);
  return size;
}

/** Leaf index of its first position. */
export function firstLeafOf({ level, number }: SegmentId): number {
  return number * sizeOf(level);
}

/** Pages of a segment of each level. Those of the next level divide those of the one below. */
const PAGE_COUNTS = [16, 256, 16_384] as const;

/** Pages of a new segment: enough that one packed page of five million events is little more than a kilobyte. */
export function pageCountOf(level: number): number {
  const count = PAGE_COUNTS[level];
  if (count === undefined) throw new RangeError(`there is no level ${level}`);
  return count;
}

/** Pages of a segment that does not say how many it has. */
export function firstPageCountOf(level: number): number {
  return sizeOf(level) / 16;
}

/** The page of a key's hash (32 bits), of so many. */
export function pageNumberOf(pageCount: number, hash: number): number {
  return Math.floor((hash >>> 0) / (2 ** 32 / pageCount));
}
