import { equalBytes, fromBase64, parseUint64, toBase64 } from "./bytes.ts";
import { type Checkpoint, openCheckpoint, parseCheckpoint } from "./checkpoint.ts";
import { HASH_BYTES } from "./hashing.ts";
import type { LogKey } from "./log-key.ts";
import { MerkleError } from "./merkle-error.ts";
import { verifyConsistency } from "./verify-consistency.ts";

/** What a log sends to a witness (C2SP tlog-witness, `add-checkpoint`). */
export interface AddCheckpoint {
  /** The size that the witness cosigned last; 0 for none. */
  oldSize: bigint;
  proof: readonly Uint8Array[];
  /** The log's signed head. */
  note: string;
}

export const MOST_PROOF_LINES = 63;

export function formatAddCheckpoint({ oldSize, proof, note }: AddCheckpoint): string {
  return [`old ${oldSize}`, ...proof.map(toBase64), "", note].join("\n");
}

/** Throws `MerkleError` on every form but the one that `formatAddCheckpoint` gives. */
export function parseAddCheckpoint(body: string): AddCheckpoint {
  const split = body.indexOf("\n\n");
  const [first = "", ...lines] = split < 0 ? [] : body.slice(0, split).split("\n");
  const size = /^old (.+)$/.exec(first)?.[1];
  if (size === undefined) throw new MerkleError("the first line is not `old` and a size");
  if (lines.length > MOST_PROOF_LINES) throw new MerkleError("the proof has too many lines");
  const proof = lines.map(fromBase64);
  if (proof.some((hash) => hash.length !== HASH_BYTES)) {
    throw new MerkleError("a line of the proof is not a hash");
  }
  return { oldSize: parseUint64(size), proof, note: body.slice(split + 2) };
}

/** What a witness knows of a log. */
export interface WitnessedHead {
  size: bigint;
  root: Uint8Array;
}

/** What a witness answers; `cosign` must be made durable before it is said. */
export type WitnessVerdict =
  | { status: 200; cosign: Checkpoint & { text: string } }
  | { status: 400 | 403 | 404 | 422; reason: string }
  /** With the size that the witness cosigned last. */
  | { status: 409; size: bigint; reason: string };

/**
 * Judges a request in the specification's order. `logOf` gives the key or keys of a log by its origin,
 * `cosigned` what was cosigned last of it. The caller holds that log from the question to the write.
 */
export function judgeAddCheckpoint(
  body: string,
  logOf: (origin: string) => LogKey | readonly LogKey[] | undefined,
  cosigned: (origin: string) => WitnessedHead | undefined,
): WitnessVerdict {
  let request: AddCheckpoint;
  let claimed: Checkpoint;
  try {
    request = parseAddCheckpoint(body);
    claimed = parseCheckpoint(request.note);
  } catch (error) {
    return { status: 400, reason: (error as Error).message };
  }
  const { oldSize, proof, note } = request;
  const log = logOf(claimed.origin);
  if (!log) return { status: 404, reason: "this witness does not know that log" };
  let head: Checkpoint;
  try {
    head = openCheckpoint(note, claimed.origin, log);
  } catch (error) {
    return { status: 403, reason: (error as Error).message };
  }
  if (oldSize > head.size) return { status: 400, reason: "the old size is beyond the new one" };
  const last = cosigned(head.origin);
  if (oldSize !== (last?.size ?? 0n)) {
    return { status: 409, size: last?.size ?? 0n, reason: "another size was cosigned last" };
  }
  if (last && last.size === head.size && !equalBytes(last.root, head.root)) {
    return { status: 409, size: last.size, reason: "another head of this size was cosigned" };
  }
  try {
    if (!last || last.size === 0n) {
      if (proof.length > 0) throw new MerkleError("from nothing there is nothing to prove");
    } else {
      const { size: newSize, root: newRoot } = head;
      verifyConsistency({ oldSize, oldRoot: last.root, newSize, newRoot, proof });
    }
  } catch (error) {
    return { status: 422, reason: (error as Error).message };
  }
  return { status: 200, cosign: { ...head, text: note.slice(0, note.lastIndexOf("\n\n") + 1) } };
}
