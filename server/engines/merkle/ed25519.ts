import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { concatBytes } from "./bytes.ts";
import { MerkleError } from "./merkle-error.ts";

/** DER headers of RFC 8410 keys: what follows is the 32-byte seed, or the 32-byte public key. */
const PKCS8_HEADER = hex("302e020100300506032b657004220420");
const SPKI_HEADER = hex("302a300506032b6570032100");

/** The public key (32 bytes) of an Ed25519 seed (32 bytes). */
export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  const spki = createPublicKey(privateKey(seed)).export({ format: "der", type: "spki" });
  return new Uint8Array(spki.subarray(SPKI_HEADER.length));
}

export function ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(sign(null, message, privateKey(seed)));
}

export function ed25519Verify(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const der = Buffer.from(concatBytes(SPKI_HEADER, publicKey));
  return verify(
    null,
    message,
    createPublicKey({ key: der, format: "der", type: "spki" }),
    signature,
  );
}

function privateKey(seed: Uint8Array) {
  if (seed.length !== 32) throw new MerkleError("an Ed25519 seed is 32 bytes");
  const der = Buffer.from(concatBytes(PKCS8_HEADER, seed));
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}

function hex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
