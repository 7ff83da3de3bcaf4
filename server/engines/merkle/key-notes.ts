import { parseUint64 } from "./bytes.ts";
import { MerkleError } from "./merkle-error.ts";
import { formatVerifierKey, isSameKey, type NoteSigner, type NoteVerifier } from "./note-key.ts";
import { openNote, signNote } from "./signed-note.ts";

const HANDOVER = "sovereign-console/log-key-handover/v1";
const ENDING = "sovereign-console/log-key-end/v1";

/** What a handover says, besides the two keys. */
export interface Handover {
  /** The smallest tree size that the new key may sign. */
  firstSize: bigint;
  /** ISO time. */
  time: string;
  /** ISO time until which both sign; null when the old key is revoked at once. */
  overlapUntil: string | null;
}

/** What an ending says of the key that ended. */
export interface Ending {
  /** The largest tree size that it signed. */
  lastSize: bigint;
  time: string;
  isRevoked: boolean;
}

/** The note by which a log goes from one key to the next, signed by both. */
export function signHandover(from: NoteSigner, to: NoteSigner, handover: Handover): string {
  return signNote(handoverText(from, to, handover), from, to);
}

/** Throws `MerkleError` unless both keys signed it, and it is of these keys. */
export function openHandover(note: string, from: NoteVerifier, to: NoteVerifier): Handover {
  const { text, signatures } = openNote(note, [from, to]);
  for (const key of [from, to]) {
    if (!signatures.some((each) => isSameKey(key, each))) {
      throw new MerkleError(`the handover is not signed by ${formatVerifierKey(key)}`);
    }
  }
  const [, , , , size, time, overlap] = text.split("\n");
  const until = after(overlap, "overlap ");
  const handover = {
    firstSize: parseUint64(after(size, "size ")),
    time: after(time, "time "),
    overlapUntil: until === "none" ? null : until,
  };
  if (text !== handoverText(from, to, handover)) {
    throw new MerkleError("the handover is of other keys, or of another log");
  }
  return handover;
}

/** The note that a key has ended: signed by its successor, and by itself unless it is revoked. */
export function signEnding(ended: NoteSigner, successor: NoteSigner, ending: Ending): string {
  const signers = ending.isRevoked ? [successor] : [successor, ended];
  return signNote(endingText(ended, ending), ...signers);
}

/** Throws `MerkleError` unless the successor signed it, and it is of this key. */
export function openEnding(note: string, ended: NoteVerifier, successor: NoteVerifier): Ending {
  const { text } = openNote(note, [successor]);
  const [, , , last, time, state] = text.split("\n");
  const ending = {
    lastSize: parseUint64(after(last, "last ")),
    time: after(time, "time "),
    isRevoked: state === "revoked",
  };
  if (text !== endingText(ended, ending)) {
    throw new MerkleError("the ending is of another key, or of another log");
  }
  return ending;
}

function handoverText(
  from: NoteVerifier,
  to: NoteVerifier,
  { firstSize, time, overlapUntil }: Handover,
): string {
  if (from.name !== to.name) throw new MerkleError("a key hands over within one log");
  const lines = [
    HANDOVER,
    from.name,
    `from ${formatVerifierKey(from)}`,
    `to ${formatVerifierKey(to)}`,
    `size ${firstSize}`,
    `time ${time}`,
    `overlap ${overlapUntil ?? "none"}`,
  ];
  return `${lines.join("\n")}\n`;
}

function endingText(key: NoteVerifier, { lastSize, time, isRevoked }: Ending): string {
  const lines = [
    ENDING,
    key.name,
    `key ${formatVerifierKey(key)}`,
    `last ${lastSize}`,
    `time ${time}`,
    isRevoked ? "revoked" : "retired",
  ];
  return `${lines.join("\n")}\n`;
}

function after(line: string | undefined, prefix: string): string {
  if (!line?.startsWith(prefix)) throw new MerkleError(`a line "${prefix}…" is missing`);
  return line.slice(prefix.length);
}
