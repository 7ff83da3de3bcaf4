import { createCipheriv, createDecipheriv } from "node:crypto";

/** Plain bytes of a frame; the last one is shorter, and there always is one. */
export const FRAME_BYTES = 1_048_576;
const TAG_BYTES = 16;

/**
 * A pack as it is stored: AES-256-GCM frames of equal size, so that any range can be read. The nonce is the
 * frame's number (a key is used for one pack alone); number, pack and whether it is the last are authenticated.
 */
export async function* sealPack(
  key: Uint8Array,
  packId: string,
  plain: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let number = 0;
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const piece of plain) {
    parts.push(piece);
    held += piece.length;
    if (held <= FRAME_BYTES) continue;
    let joined = Buffer.concat(parts);
    while (joined.length > FRAME_BYTES) {
      yield sealed(key, packId, number, false, joined.subarray(0, FRAME_BYTES));
      joined = joined.subarray(FRAME_BYTES);
      number += 1;
    }
    parts = [joined];
    held = joined.length;
  }
  yield sealed(key, packId, number, true, Buffer.concat(parts));
}

/** Bytes of a stored pack that `size` plain bytes become. */
export function sealedSize(size: number): number {
  return size + framesOf(size) * TAG_BYTES;
}

/** The frames that hold plain bytes `[start, end)`, as a range of the stored pack; `first` numbers them. */
export function sealedRange(
  size: number,
  { start, end }: { start: number; end: number },
): { start: number; end: number; first: number } {
  const first = Math.floor(start / FRAME_BYTES);
  const last = Math.floor(Math.max(start, end - 1) / FRAME_BYTES);
  const wide = FRAME_BYTES + TAG_BYTES;
  return { start: first * wide, end: Math.min((last + 1) * wide, sealedSize(size)), first };
}

/** Plain bytes `[start, end)` of the stored ones that `sealedRange` names. Throws when one was altered. */
export async function* openPack(
  key: Uint8Array,
  packId: string,
  stored: AsyncIterable<Uint8Array>,
  { size, start, end }: { size: number; start: number; end: number },
): AsyncGenerator<Uint8Array> {
  const frames = framesOf(size);
  let number = sealedRange(size, { start, end }).first;
  let parts: Uint8Array[] = [];
  let held = 0;
  const widthOf = (frame: number) => Math.min(FRAME_BYTES, size - frame * FRAME_BYTES) + TAG_BYTES;
  for await (const piece of stored) {
    parts.push(piece);
    held += piece.length;
    if (number >= frames || held < widthOf(number)) continue;
    let joined = Buffer.concat(parts);
    while (number < frames && joined.length >= widthOf(number)) {
      const width = widthOf(number);
      const isLast = number === frames - 1;
      const plain = opened(key, packId, number, isLast, joined.subarray(0, width));
      joined = joined.subarray(width);
      const at = number * FRAME_BYTES;
      const wanted = plain.subarray(Math.max(0, start - at), Math.max(0, end - at));
      if (wanted.length > 0) yield wanted;
      number += 1;
    }
    parts = [joined];
    held = joined.length;
  }
  if (number * FRAME_BYTES < end) throw new Error("the stored pack is cut off");
}

function framesOf(size: number): number {
  return Math.max(1, Math.ceil(size / FRAME_BYTES));
}

function sealed(
  key: Uint8Array,
  packId: string,
  number: number,
  isLast: boolean,
  plain: Uint8Array,
): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonceOf(number));
  cipher.setAAD(aadOf(packId, number, isLast));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function opened(
  key: Uint8Array,
  packId: string,
  number: number,
  isLast: boolean,
  frame: Uint8Array,
): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(number));
  decipher.setAAD(aadOf(packId, number, isLast));
  decipher.setAuthTag(frame.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(frame.subarray(0, -TAG_BYTES)), decipher.final()]);
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number), 4);
  return nonce;
}

function aadOf(packId: string, number: number, isLast: boolean): Buffer {
  return Buffer.from(`${packId}|${number}|${isLast ? "last" : "more"}`);
}
