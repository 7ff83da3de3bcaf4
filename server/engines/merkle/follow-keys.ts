import { equalBytes } from "./bytes.ts";
import { openEnding, openHandover } from "./key-notes.ts";
import type { LogKey } from "./log-key.ts";
import { MerkleError } from "./merkle-error.ts";
import { formatVerifierKey, type NoteVerifier, parseVerifierKey } from "./note-key.ts";

export const LOG_KEY_STATES = ["announced", "current", "retiring", "retired", "revoked"] as const;
export type LogKeyState = (typeof LOG_KEY_STATES)[number];

/** A key of a log as it is published. Sizes are decimal, times ISO. */
export interface PublishedLogKey {
  readonly number: number;
  readonly vkey: string;
  readonly state: LogKeyState;
  readonly firstSize: string;
  /** Null while it signs. */
  readonly lastSize: string | null;
  readonly from: string;
  readonly to: string | null;
  /** While it is retiring: until when both sign. */
  readonly overlapUntil: string | null;
  /** Null of the first key alone. */
  readonly handover: string | null;
  readonly ending: string | null;
}

export interface LogKeyList {
  readonly origin: string;
  /** Rising from number 1. */
  readonly keys: readonly PublishedLogKey[];
}

export interface FollowedKeys {
  /** The keys that may be believed, with the sizes that each may sign. */
  readonly keys: readonly LogKey[];
  /** For a reader: which keys are believed by whose word, and which are not. */
  readonly told: readonly string[];
}

/**
 * The keys of a list that whoever holds `trusted` may believe: each handover, signed by both keys, leads
 * from one to its neighbour. A handover by a revoked key leads nowhere, unless `mayFollowRevoked` says
 * that the list's keeper asks for himself. Throws `MerkleError` for a list that is not whole or not true.
 */
export function followKeys(
  trusted: readonly NoteVerifier[],
  list: LogKeyList,
  { mayFollowRevoked = false }: { mayFollowRevoked?: boolean } = {},
): FollowedKeys {
  const parsed = list.keys.map((entry, at) => parsedKey(list, entry, at));
  const terms = parsed.map((key, at) => termOf(list.keys, parsed, key, at));
  const isHeld = (key: NoteVerifier) =>
    trusted.some((each) => each.name === key.name && equalBytes(each.publicKey, key.publicKey));
  const isBelieved = terms.map(isHeld);
  if (!isBelieved.includes(true)) {
    throw new MerkleError("none of the keys given is in the list of the log's keys");
  }
  const told: string[] = [];
  const pass = (from: number, to: number) => {
    const [known, next] = [terms[from], terms[to]];
    if (!known || !next || !isBelieved[from] || isBelieved[to]) return;
    if (to > from && known.isRevoked && !mayFollowRevoked) {
      told.push(
        `key ${to + 1} is not believed: key ${from + 1}, which handed over to it, was revoked; get key ${to + 1} by another way, and give it too`,
      );
      return;
    }
    isBelieved[to] = true;
    told.push(
      `key ${to + 1} is believed by the handover at ${terms[Math.max(from, to)]?.firstSize} entries: ${formatVerifierKey(next)}`,
    );
  };
  for (let at = 1; at < terms.length; at += 1) pass(at - 1, at);
  for (let at = terms.length - 1; at > 0; at -= 1) pass(at, at - 1);
  const keys = terms.filter((_, at) => isBelieved[at]);
  return { keys, told };
}

/** The same keys for heads that were kept since before a revocation: whoever kept them saw them signed. */
export function asKept(keys: readonly LogKey[]): readonly LogKey[] {
  return keys.map(({ isRevoked: _, ...key }) => key);
}

function parsedKey(list: LogKeyList, entry: PublishedLogKey, at: number): NoteVerifier {
  if (entry.number !== at + 1) throw new MerkleError(`key ${at + 1} is missing from the list`);
  const key = parseVerifierKey(entry.vkey);
  if (key.name !== list.origin) throw new MerkleError(`key ${entry.number} is of another log`);
  return key;
}

/** What the notes say of a key; what the list says must be the same. */
function termOf(
  entries: readonly PublishedLogKey[],
  parsed: readonly NoteVerifier[],
  key: NoteVerifier,
  at: number,
): LogKey {
  const entry = entries[at] as PublishedLogKey;
  const [before, successor] = [parsed[at - 1], parsed[at + 1]];
  let firstSize = 0n;
  if (before) {
    if (!entry.handover) throw new MerkleError(`key ${entry.number} has no handover`);
    firstSize = named(entry, () => openHandover(entry.handover ?? "", before, key)).firstSize;
  }
  if (entry.firstSize !== firstSize.toString()) {
    throw new MerkleError(`key ${entry.number} begins elsewhere than its handover says`);
  }
  const isOver = entry.state === "retired" || entry.state === "revoked";
  if (!isOver && entry.ending === null && entry.lastSize === null) {
    checkOverlap(entry, key, successor, entries[at + 1]);
    return { ...key, firstSize };
  }
  if (!successor || entry.ending === null) {
    throw new MerkleError(
      `key ${entry.number} is said to have ended, and no successor signed that`,
    );
  }
  const ending = named(entry, () => openEnding(entry.ending ?? "", key, successor));
  if (
    !isOver ||
    entry.lastSize !== ending.lastSize.toString() ||
    ending.isRevoked !== (entry.state === "revoked")
  ) {
    throw new MerkleError(`key ${entry.number} ended otherwise than the list says`);
  }
  return {
    ...key,
    firstSize,
    lastSize: ending.lastSize,
    ...(ending.isRevoked ? { isRevoked: true } : {}),
  };
}

/** Until when two keys sign is what the handover from one to the other says. */
function checkOverlap(
  entry: PublishedLogKey,
  key: NoteVerifier,
  successor: NoteVerifier | undefined,
  next: PublishedLogKey | undefined,
): void {
  const until =
    successor && next
      ? named(next, () => openHandover(next.handover ?? "", key, successor)).overlapUntil
      : null;
  if (entry.overlapUntil !== until) {
    throw new MerkleError(`key ${entry.number} overlaps otherwise than its handover says`);
  }
}

function named<Result>(entry: PublishedLogKey, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw new MerkleError(`key ${entry.number}: ${(error as Error).message}`);
  }
}
