import { concatBytes, toBase64 } from "./bytes.ts";
import { ed25519Sign, ed25519Verify } from "./ed25519.ts";
import { MerkleError } from "./merkle-error.ts";
import { isSameKey, type NoteSigner, type NoteVerifier } from "./note-key.ts";
import { parseNote } from "./signed-note.ts";

/** A witness's word that it saw this head, and that the log only grew up to it (C2SP tlog-cosignature). */
export interface Cosignature {
  name: string;
  /** Seconds since 1970 by the witness's clock. */
  timestamp: bigint;
  /** `— name base64(keyId ‖ timestamp ‖ signature)`, without its newline. */
  line: string;
}

const LATEST = 2n ** 63n - 1n;

/** The signature line, newline included, of a checkpoint's text (which ends in a newline). */
export function cosign(text: string, timestamp: bigint, { name, keyId, seed }: NoteSigner): string {
  const signature = ed25519Sign(seed, messageOf(text, timestamp));
  return `— ${name} ${toBase64(concatBytes(keyId, bigEndian(timestamp), signature))}\n`;
}

/**
 * The cosignatures of known witnesses under a checkpoint. Those of unknown keys are left out; throws
 * `MerkleError` when one of a known key is not valid.
 */
export function openCosignatures(note: string, witnesses: readonly NoteVerifier[]): Cosignature[] {
  const { text, signatures } = parseNote(note);
  return signatures.flatMap((each) => {
    const witness = witnesses.find((candidate) => isSameKey(candidate, each));
    if (!witness) return [];
    const { signature: bytes } = each;
    if (bytes.length !== 72) throw new MerkleError(`the cosignature of ${witness.name} is cut`);
    const timestamp = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
    const isValid =
      timestamp <= LATEST &&
      ed25519Verify(witness.publicKey, messageOf(text, timestamp), bytes.subarray(8));
    if (!isValid) throw new MerkleError(`the cosignature of ${witness.name} is invalid`);
    const line = `— ${witness.name} ${toBase64(concatBytes(each.keyId, bytes))}`;
    return [{ name: witness.name, timestamp, line }];
  });
}

function messageOf(text: string, timestamp: bigint): Uint8Array {
  return new TextEncoder().encode(`cosignature/v1\ntime ${timestamp}\n${text}`);
}

function bigEndian(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}
