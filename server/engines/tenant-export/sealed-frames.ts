import { createCipheriv, createDecipheriv } from "node:crypto";

/**
 * An encrypted export: a header line of JSON, then frames, each a four-byte length, AES-256-GCM
 * ciphertext and tag. The nonce is the frame's number (the key is used for one export alone); its
 * number and whether it is the last are authenticated, so that none is moved, dropped or cut off.
 */
export interface ExportHeader {
  format: "sovereign-console/tenant-export/v1";
  tenant: string;
  lifecycleId: string;
  /** JWE (RFC 7516, compact) of the 32-byte content key, for the recipient. */
  key: string;
}

const TAG_BYTES = 16;
const MOST_HEADER_BYTES = 65_536;

export function headerLine(header: ExportHeader): Buffer {
  return Buffer.from(`${JSON.stringify(header)}\n`);
}

export function sealFrame(
  key: Uint8Array,
  lifecycleId: string,
  number: number,
  isLast: boolean,
  plain: Uint8Array,
): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonceOf(number));
  cipher.setAAD(aadOf(lifecycleId, number, isLast));
  const body = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** Splits a file; nothing of it is believed yet. Throws when it is no export. */
export function splitExport(file: Buffer): { header: ExportHeader; frames: Buffer[] } {
  const end = file.subarray(0, MOST_HEADER_BYTES).indexOf(0x0a);
  if (end < 0) throw new Error("this is no export: it has no header");
  const header = JSON.parse(file.toString("utf8", 0, end)) as ExportHeader;
  if (header.format !== "sovereign-console/tenant-export/v1") throw new Error("unknown format");
  const frames: Buffer[] = [];
  for (let at = end + 1; at < file.length; ) {
    const length = at + 4 <= file.length ? file.readUInt32BE(at) : Number.NaN;
    if (!(at + 4 + length <= file.length)) throw new Error("the export is cut off");
    frames.push(file.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return { header, frames };
}

/** The contents of all frames. Throws when one was altered, or any is missing. */
export function openFrames(
  key: Uint8Array,
  header: ExportHeader,
  frames: readonly Buffer[],
): Buffer {
  if (frames.length === 0) throw new Error("the export is cut off");
  return Buffer.concat(
    frames.map((frame, number) => {
      const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(number));
      decipher.setAAD(aadOf(header.lifecycleId, number, number === frames.length - 1));
      decipher.setAuthTag(frame.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(frame.subarray(0, -TAG_BYTES)), decipher.final()]);
    }),
  );
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number), 4);
  return nonce;
}

function aadOf(lifecycleId: string, number: number, isLast: boolean): Buffer {
  return Buffer.from(`${lifecycleId}|${number}|${isLast ? "last" : "more"}`);
}
