import { MerkleError } from "./merkle-error.ts";

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** RFC 4648 §4, with padding. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** RFC 4648 §4, refusing every spelling but the canonical one, so that a note has one form only. */
export function fromBase64(text: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new MerkleError("not base64");
  }
  if (btoa(binary) !== text) throw new MerkleError("not canonical base64");
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** ASCII decimal without leading zeros, below 2^64 (C2SP tree sizes and indexes). */
export function parseUint64(text: string): bigint {
  if (!/^(0|[1-9][0-9]{0,19})$/.test(text)) throw new MerkleError("not a decimal number");
  const value = BigInt(text);
  if (!isUint64(value)) throw new MerkleError("number beyond 64 bits");
  return value;
}

export function isUint64(value: bigint): boolean {
  return value >= 0n && value < 1n << 64n;
}
