/** A key of a log as it is handed out (C2SP signed-note): `name+keyId+base64(0x01 ‖ public key)`. */
export interface VerifierKey {
  readonly name: string;
  /** 8 hexadecimal digits. */
  readonly keyId: string;
  readonly publicKey: Bytes;
}

export type Bytes = Uint8Array<ArrayBuffer>;

const ED25519 = 0x01;
const KEY_ID_BYTES = 4;

export function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Undefined unless the text is an Ed25519 verifier key whose key id fits it. */
export async function readVerifierKey(text: string): Promise<VerifierKey | undefined> {
  const [, name, keyId, encoded] =
    /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim()) ?? [];
  if (!name || !keyId || !encoded) return undefined;
  let key: Bytes;
  try {
    key = fromBase64(encoded);
  } catch {
    return undefined;
  }
  if (key.length !== 33 || key[0] !== ED25519) return undefined;
  const named = new TextEncoder().encode(`${name}\n`);
  const digest = await crypto.subtle.digest("SHA-256", Uint8Array.of(...named, ...key));
  return hex(new Uint8Array(digest, 0, KEY_ID_BYTES)) === keyId
    ? { name, keyId, publicKey: key.slice(1) }
    : undefined;
}

/** What a note says, before its signatures: it ends in a newline. Undefined for what is no note. */
export function textOfNote(note: string): string | undefined {
  const split = note.lastIndexOf("\n\n");
  return split < 0 ? undefined : note.slice(0, split + 1);
}

/**
 * Whether this key signed the note, by Web Crypto (Ed25519, RFC 8032): false when it did not sign, or
 * when a signature under its name and key id does not verify.
 */
export async function isSignedBy(note: string, key: VerifierKey): Promise<boolean> {
  const text = textOfNote(note);
  if (text === undefined) return false;
  const publicKey = await crypto.subtle.importKey("raw", key.publicKey, "Ed25519", false, [
    "verify",
  ]);
  for (const line of note.slice(text.length + 1).split("\n")) {
    const [, name, encoded] = /^— ([^ ]+) ([A-Za-z0-9+/]+=*)$/.exec(line) ?? [];
    if (name !== key.name || !encoded) continue;
    const signed = fromBase64(encoded);
    if (hex(signed.slice(0, KEY_ID_BYTES)) !== key.keyId) continue;
    const message = new TextEncoder().encode(text);
    return crypto.subtle.verify("Ed25519", publicKey, signed.slice(KEY_ID_BYTES), message);
  }
  return false;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
