import type { Bitmap } from "./bitmap.ts";
import { ByteReader, ByteWriter } from "./varint.ts";

const writer = new ByteWriter();

/** Rising positions as gaps: the first, then each distance to the one before. */
export function encodePostings(positions: readonly number[]): Uint8Array {
  writer.clear();
  let last = 0;
  for (const position of positions) {
    writer.number(position - last);
    last = position;
  }
  return writer.take();
}

/** Adds encoded positions to a set, `offset` further on. */
export function addPostings(bytes: Uint8Array, into: Bitmap, offset = 0): void {
  const reader = new ByteReader(bytes);
  let position = offset;
  while (!reader.isAtEnd) {
    position += reader.number();
    into.add(position);
  }
}

/** Encoded positions as numbers, `offset` further on. */
export function readPostings(bytes: Uint8Array, offset = 0): number[] {
  const reader = new ByteReader(bytes);
  const positions: number[] = [];
  let position = offset;
  while (!reader.isAtEnd) {
    position += reader.number();
    positions.push(position);
  }
  return positions;
}
