import { concatBytes, equalBytes, fromBase64, toBase64, toHex } from "./bytes.ts";
import { ed25519PublicKey } from "./ed25519.ts";
import { MerkleError } from "./merkle-error.ts";
import { sha256 } from "./sha256.ts";

/** C2SP signed-note signature type of Ed25519, the only one here. */
const ED25519 = 0x01;

/** A key whose signatures are believed. */
export interface NoteVerifier {
  name: string;
  /** 4 bytes: SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)[:4]. */
  keyId: Uint8Array;
  publicKey: Uint8Array;
}

/** A key that signs. The seed must not be printed: keep signers out of logs. */
export interface NoteSigner extends NoteVerifier {
  seed: Uint8Array;
}

export function noteVerifier(name: string, publicKey: Uint8Array): NoteVerifier {
  if (!isKeyName(name)) throw new MerkleError("a key name has no spaces, no plus and is not empty");
  if (publicKey.length !== 32) throw new MerkleError("an Ed25519 public key is 32 bytes");
  const head = new TextEncoder().encode(`${name}\n`);
  const keyId = sha256(head, Uint8Array.of(ED25519), publicKey).slice(0, 4);
  return { name, keyId, publicKey };
}

export function noteSigner(name: string, seed: Uint8Array): NoteSigner {
  return { ...noteVerifier(name, ed25519PublicKey(seed)), seed };
}

/** `name+hex(keyId)+base64(0x01 ‖ public key)`, as verifier keys are handed out. */
export function formatVerifierKey({ name, keyId, publicKey }: NoteVerifier): string {
  return `${name}+${toHex(keyId)}+${toBase64(concatBytes(Uint8Array.of(ED25519), publicKey))}`;
}

/** Throws `MerkleError` on another algorithm, or when the key id is not that of name and key. */
export function parseVerifierKey(text: string): NoteVerifier {
  // The base64 part may itself hold a plus; the name may not.
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trimEnd());
  const [, name, id, encoded] = match ?? [];
  if (!name || !id || !encoded) throw new MerkleError("not a verifier key");
  const key = fromBase64(encoded);
  if (key[0] !== ED25519) throw new MerkleError("not an Ed25519 verifier key");
  const verifier = noteVerifier(name, key.slice(1));
  if (toHex(verifier.keyId) !== id) throw new MerkleError("the key id does not fit the key");
  return verifier;
}

export function isSameKey(
  a: Pick<NoteVerifier, "name" | "keyId">,
  b: Pick<NoteVerifier, "name" | "keyId">,
): boolean {
  return a.name === b.name && equalBytes(a.keyId, b.keyId);
}

/** Non-empty, no Unicode space, no plus (C2SP signed-note). */
export function isKeyName(name: string): boolean {
  return name.length > 0 && name.isWellFormed() && !/[\p{White_Space}\p{Cc}+]/u.test(name);
}
