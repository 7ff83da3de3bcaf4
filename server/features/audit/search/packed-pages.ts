import "server-only";
import { constants, deflateRawSync, inflateRawSync, zstdDecompressSync } from "node:zlib";

/** Of a page that is packed as below. Pages of before are frames of zstd, whose first byte is 0x28 (RFC 8878 §3.1.1). */
const DEFLATED = 1;
const HEADER_BYTES = 5;
/** What a flushed stream ends with: it says nothing, and is left out (RFC 7692 §7.2.1). */
const FLUSHED = Buffer.from([0, 0, 0xff, 0xff]);
/** The last block of a stream, an empty one (RFC 1951 §3.2.6). */
const LAST_BLOCK = Buffer.from([3, 0]);

/**
 * Packs the bytes of a page: `0x01 ‖ their length (32 bits, big-endian) ‖ DEFLATE blocks`, none of which is the last of
 * its stream, so that many pages stand one behind the other in one stream.
 */
export function packPage(bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES, DEFLATED);
  header.writeUInt32BE(bytes.length, 1);
  const blocks = deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  return Buffer.concat([header, blocks.subarray(0, blocks.length - FLUSHED.length)]);
}

/**
 * Unpacks pages, in their order. A search needs one page of each segment, a kilobyte of a hundred: what takes its time is not
 * to unpack them but to begin, so that all are unpacked as one stream. Throws for bytes that were not packed here.
 */
export function unpackPages(packed: readonly Uint8Array[]): Uint8Array[] {
  const deflated = packed.filter((each) => each[0] === DEFLATED);
  const lengths = deflated.map(lengthOf);
  const total = lengths.reduce((sum, each) => sum + each, 0);
  const stream = deflated.flatMap((each) => [each.subarray(HEADER_BYTES), FLUSHED]);
  const unpacked = inflate(Buffer.concat([...stream, LAST_BLOCK]), total);
  let at = 0;
  return packed.map((each) => {
    if (each[0] !== DEFLATED) return zstdDecompressSync(each);
    const from = at;
    at += lengthOf(each);
    return unpacked.subarray(from, at);
  });
}

export function unpackPage(packed: Uint8Array): Uint8Array {
  const [page] = unpackPages([packed]);
  return page as Uint8Array;
}

function lengthOf(packed: Uint8Array): number {
  return Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).readUInt32BE(1);
}

function inflate(stream: Uint8Array, length: number): Uint8Array {
  // One piece of memory takes it all, and one call.
  const unpacked = inflateRawSync(stream, { chunkSize: Math.max(length + 1, 64) });
  if (unpacked.length !== length) throw new Error("packed pages are not as long as they say");
  return unpacked;
}
