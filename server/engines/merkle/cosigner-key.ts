import { concatBytes, fromBase64, toBase64, toHex } from "./bytes.ts";
import { ed25519PublicKey } from "./ed25519.ts";
import { MerkleError } from "./merkle-error.ts";
import { isKeyName, type NoteSigner, type NoteVerifier } from "./note-key.ts";
import { sha256 } from "./sha256.ts";

/** C2SP tlog-cosignature type of Ed25519. Another one than a log's, so that neither passes for the other. */
const ED25519_COSIGNATURE = 0x04;

/** A witness's key, whose cosignatures are believed. */
export function cosignerVerifier(name: string, publicKey: Uint8Array): NoteVerifier {
  if (!isKeyName(name)) throw new MerkleError("a key name has no spaces, no plus and is not empty");
  if (publicKey.length !== 32) throw new MerkleError("an Ed25519 public key is 32 bytes");
  const head = new TextEncoder().encode(`${name}\n`);
  const keyId = sha256(head, Uint8Array.of(ED25519_COSIGNATURE), publicKey).slice(0, 4);
  return { name, keyId, publicKey };
}

/** A witness's key that cosigns; `seed` is 32 bytes and must not be printed. */
export function cosigner(name: string, seed: Uint8Array): NoteSigner {
  return { ...cosignerVerifier(name, ed25519PublicKey(seed)), seed };
}

/** `name+hex(keyId)+base64(0x04 ‖ public key)`, as witnesses hand their keys out. */
export function formatCosignerKey({ name, keyId, publicKey }: NoteVerifier): string {
  const key = concatBytes(Uint8Array.of(ED25519_COSIGNATURE), publicKey);
  return `${name}+${toHex(keyId)}+${toBase64(key)}`;
}

/** Throws `MerkleError` on another algorithm, or when the key id is not that of name and key. */
export function parseCosignerKey(text: string): NoteVerifier {
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trimEnd());
  const [, name, id, encoded] = match ?? [];
  if (!name || !id || !encoded) throw new MerkleError("not a verifier key");
  const key = fromBase64(encoded);
  if (key[0] !== ED25519_COSIGNATURE) {
    throw new MerkleError("not an Ed25519 cosigner key (type 0x04)");
  }
  const verifier = cosignerVerifier(name, key.slice(1));
  if (toHex(verifier.keyId) !== id) throw new MerkleError("the key id does not fit the key");
  return verifier;
}
