import { concatBytes, fromBase64, toBase64 } from "./bytes.ts";
import { ed25519Sign, ed25519Verify } from "./ed25519.ts";
import { MerkleError } from "./merkle-error.ts";
import { isKeyName, isSameKey, type NoteSigner, type NoteVerifier } from "./note-key.ts";

/** One `— name base64(keyId ‖ signature)` line; not yet believed. */
export interface NoteSignature {
  name: string;
  keyId: Uint8Array;
  signature: Uint8Array;
}

export interface SignedNote {
  /** Ends in a newline. */
  text: string;
  signatures: NoteSignature[];
}

const MAX_SIGNATURES = 64;
const MAX_NOTE_CHARACTERS = 1_000_000;

/** Signs `text`, which must end in a newline and hold no other control characters. */
export function signNote(text: string, ...signers: readonly NoteSigner[]): string {
  if (!text.endsWith("\n") || hasForbiddenCharacter(text) || signers.length === 0) {
    throw new MerkleError("this text cannot be signed as a note");
  }
  const message = new TextEncoder().encode(text);
  const lines = signers.map(({ name, keyId, seed }) => {
    return `— ${name} ${toBase64(concatBytes(keyId, ed25519Sign(seed, message)))}\n`;
  });
  return `${text}\n${lines.join("")}`;
}

/** Splits a note without believing it: use `openNote` unless the keys come later. */
export function parseNote(note: string): SignedNote {
  if (note.length > MAX_NOTE_CHARACTERS) throw new MerkleError("the note is too long");
  if (hasForbiddenCharacter(note)) throw new MerkleError("the note holds forbidden characters");
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n")) throw new MerkleError("not a signed note");
  const lines = note.slice(split + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) throw new MerkleError("the note has too many signatures");
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

/**
 * The text of a note that at least one known key signed, and those signatures. Signatures of
 * unknown keys are ignored; a known key's signature that fails refuses the whole note.
 */
export function openNote(note: string, verifiers: readonly NoteVerifier[]): SignedNote {
  const { text, signatures } = parseNote(note);
  const message = new TextEncoder().encode(text);
  const verified = signatures.filter((signature) => {
    const verifier = verifiers.find((candidate) => isSameKey(candidate, signature));
    if (!verifier) return false;
    if (!ed25519Verify(verifier.publicKey, message, signature.signature)) {
      throw new MerkleError(`the signature of ${verifier.name} is invalid`);
    }
    return true;
  });
  if (verified.length === 0) throw new MerkleError("no known key signed this note");
  return { text, signatures: verified };
}

function parseSignatureLine(line: string): NoteSignature {
  const [, name, encoded] = /^— ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
  if (!name || !encoded || !isKeyName(name)) throw new MerkleError("not a signature line");
  const bytes = fromBase64(encoded);
  if (bytes.length < 5) throw new MerkleError("the signature is too short");
  return { name, keyId: bytes.slice(0, 4), signature: bytes.slice(4) };
}

function hasForbiddenCharacter(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the specification names them
  return /[\x00-\x09\x0b-\x1f]/.test(text) || !text.isWellFormed();
}
