import { MerkleError } from "./merkle-error.ts";
import { isSameKey, type NoteVerifier } from "./note-key.ts";
import type { NoteSignature } from "./signed-note.ts";

/** A key of a log, and the heads that it may sign. Without bounds it may sign any. */
export interface LogKey extends NoteVerifier {
  /** The smallest tree size. */
  readonly firstSize?: bigint;
  /** The largest tree size. */
  readonly lastSize?: bigint;
  /** Somebody else may have it: its word alone counts for nothing. */
  readonly isRevoked?: boolean;
}

/**
 * Throws `MerkleError` unless one of the keys whose signatures were found valid may sign a head of
 * this size: the signature of a key that has ended proves nothing beyond its end.
 */
export function checkTerm(
  keys: readonly LogKey[],
  signatures: readonly NoteSignature[],
  size: bigint,
): void {
  const signers = keys.filter((key) => signatures.some((each) => isSameKey(key, each)));
  const reasons = signers.map((key) => whyNot(key, size));
  if (reasons.includes(undefined)) return;
  throw new MerkleError(reasons[0] ?? "no known key signed this note");
}

function whyNot({ firstSize, lastSize, isRevoked }: LogKey, size: bigint): string | undefined {
  if (isRevoked)
    return "the key that signed this was revoked; take a head that its successor signed";
  if (firstSize !== undefined && size < firstSize) {
    return `the key that signed this may sign from ${firstSize} entries on; the head has ${size}`;
  }
  if (lastSize !== undefined && size > lastSize) {
    return `the key that signed this ended at ${lastSize} entries; the head has ${size}`;
  }
  return undefined;
}
