import { Bitmap } from "./bitmap.ts";

/** Positions whose times are kept together: as many as a hash tile has. */
export const GRANULE_SIZE = 256;

/** The span of a granule's times, milliseconds since 1970, both ends in it. */
export interface GranuleSpan {
  readonly min: number;
  readonly max: number;
}

export function spansOf(times: readonly number[]): GranuleSpan[] {
  const spans: GranuleSpan[] = [];
  for (let at = 0; at < times.length; at += GRANULE_SIZE) {
    const part = times.slice(at, at + GRANULE_SIZE);
    spans.push({ min: Math.min(...part), max: Math.max(...part) });
  }
  return spans;
}

/** Two float64 a granule, big-endian. */
export function encodeSpans(spans: readonly GranuleSpan[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(spans.length * 16));
  for (const [at, { min, max }] of spans.entries()) {
    view.setFloat64(at * 16, min);
    view.setFloat64(at * 16 + 8, max);
  }
  return new Uint8Array(view.buffer);
}

export function decodeSpans(bytes: Uint8Array): GranuleSpan[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 16 }, (_, at) => ({
    min: view.getFloat64(at * 16),
    max: view.getFloat64(at * 16 + 8),
  }));
}

/** The granule's times as distances to its earliest, four bytes each. */
export function encodeTimes(times: readonly number[]): Uint8Array {
  const min = Math.min(...times);
  const view = new DataView(new ArrayBuffer(8 + times.length * 4));
  view.setFloat64(0, min);
  for (const [at, time] of times.entries()) {
    view.setUint32(8 + at * 4, Math.min(0xffff_ffff, time - min));
  }
  return new Uint8Array(view.buffer);
}

export function decodeTimes(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const min = view.getFloat64(0);
  return Array.from(
    { length: (bytes.length - 8) / 4 },
    (_, at) => min + view.getUint32(8 + at * 4),
  );
}

/** Granules that are partly inside [from, until): only their single times can tell. */
export function straddling(
  spans: readonly GranuleSpan[],
  from: number | null,
  until: number | null,
): number[] {
  return [...spans.keys()].filter((at) => {
    const { min, max } = spans[at] as GranuleSpan;
    const isOut = (until !== null && min >= until) || (from !== null && max < from);
    const isIn = (from === null || min >= from) && (until === null || max < until);
    return !isOut && !isIn;
  });
}

/** The positions inside [from, until). `timesOf` is asked for straddling granules only. */
export function positionsWithin(
  { spans, size }: { spans: readonly GranuleSpan[]; size: number },
  { from, until }: { from: number | null; until: number | null },
  timesOf: (granule: number) => readonly number[],
): Bitmap {
  const found = new Bitmap(size);
  const isWithin = (time: number) =>
    (from === null || time >= from) && (until === null || time < until);
  const partly = new Set(straddling(spans, from, until));
  for (const [granule, { min, max }] of spans.entries()) {
    const first = granule * GRANULE_SIZE;
    const end = Math.min(first + GRANULE_SIZE, size);
    if (partly.has(granule)) {
      for (const [at, time] of timesOf(granule).entries())
        if (isWithin(time)) found.add(first + at);
    } else if (isWithin(min) && isWithin(max)) {
      for (let at = first; at < end; at++) found.add(at);
    }
  }
  return found;
}
