import { fromBase64, isUint64, parseUint64, toBase64 } from "./bytes.ts";
import { HASH_BYTES } from "./hashing.ts";
import { checkTerm, type LogKey } from "./log-key.ts";
import { MerkleError } from "./merkle-error.ts";
import type { NoteSigner } from "./note-key.ts";
import { openNote, parseNote, signNote } from "./signed-note.ts";

/** A tree head (C2SP tlog-checkpoint). */
export interface Checkpoint {
  origin: string;
  size: bigint;
  root: Uint8Array;
  /** Opaque further lines; we write none. */
  extensions: string[];
}

/** The text that is signed: `origin\nsize\nbase64(root)\n` and any extension lines. */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  if (!isUint64(size)) throw new MerkleError("number beyond 64 bits");
  if (root.length !== HASH_BYTES) throw new MerkleError("a root is 32 bytes");
  const lines = [origin, size.toString(), toBase64(root), ...extensions];
  if (lines.some((line) => line === "" || line.includes("\n"))) {
    throw new MerkleError("a checkpoint line is neither empty nor broken");
  }
  return `${lines.join("\n")}\n`;
}

export function signCheckpoint(checkpoint: Checkpoint, ...signers: readonly NoteSigner[]): string {
  return signNote(formatCheckpoint(checkpoint), ...signers);
}

/** Reads the text part alone; the signature is the caller's affair. */
export function parseCheckpointText(text: string): Checkpoint {
  if (!text.endsWith("\n")) throw new MerkleError("the checkpoint does not end in a newline");
  const [origin, size, root, ...extensions] = text.slice(0, -1).split("\n");
  if (!origin || !size || !root || extensions.includes("")) {
    throw new MerkleError("not a checkpoint");
  }
  const checkpoint = { origin, size: parseUint64(size), root: fromBase64(root), extensions };
  if (checkpoint.root.length !== HASH_BYTES) throw new MerkleError("a root is 32 bytes");
  return checkpoint;
}

/** Reads a checkpoint without believing it. */
export function parseCheckpoint(note: string): Checkpoint {
  return parseCheckpointText(parseNote(note).text);
}

/**
 * The checkpoint, if a key of that log that may sign a head of this size did so under that log's own
 * name; else `MerkleError`.
 */
export function openCheckpoint(
  note: string,
  origin: string,
  log: LogKey | readonly LogKey[],
): Checkpoint {
  const keys = "publicKey" in log ? [log] : log;
  const { text, signatures } = openNote(note, keys);
  const checkpoint = parseCheckpointText(text);
  if (checkpoint.origin !== origin) throw new MerkleError("the checkpoint is of another log");
  checkTerm(keys, signatures, checkpoint.size);
  return checkpoint;
}
