import { fromBase64, parseUint64, toBase64 } from "./bytes.ts";
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
import { HASH_BYTES } from "./hashing.ts";
import type { LogKey } from "./log-key.ts";
import { MerkleError } from "./merkle-error.ts";
import { verifyInclusion } from "./verify-inclusion.ts";

const HEADER = "c2sp.org/tlog-proof@v1";

/** An inclusion proof that can be checked offline (C2SP tlog-proof). */
export interface LogProof {
  leafIndex: bigint;
  proof: Uint8Array[];
  /** The signed note, verbatim. */
  checkpoint: string;
  /** Opaque, and not authenticated by anything. */
  extra?: Uint8Array;
}

export function formatLogProof({ leafIndex, proof, checkpoint, extra }: LogProof): string {
  const lines = [
    HEADER,
    ...(extra ? [`extra ${toBase64(extra)}`] : []),
    `index ${leafIndex}`,
    ...proof.map(toBase64),
  ];
  return `${lines.join("\n")}\n\n${checkpoint}`;
}

/** Throws `MerkleError` on anything but the exact format. Nothing is verified yet. */
export function parseLogProof(text: string): LogProof {
  const split = text.indexOf("\n\n");
  if (split < 0) throw new MerkleError("the proof has no checkpoint");
  const [header, ...lines] = text.slice(0, split).split("\n");
  if (header !== HEADER) throw new MerkleError("not a tlog-proof");
  const extra = lines[0]?.startsWith("extra ")
    ? fromBase64(lines.shift()?.slice(6) ?? "")
    : undefined;
  const index = lines.shift();
  if (!index?.startsWith("index ")) throw new MerkleError("the proof names no index");
  const proof = lines.map(fromBase64);
  // A path is at most 64 nodes long in a tree of 64-bit size.
  if (proof.length > 64 || proof.some((hash) => hash.length !== HASH_BYTES)) {
    throw new MerkleError("a proof is at most 64 hashes of 32 bytes");
  }
  const checkpoint = text.slice(split + 2);
  return { leafIndex: parseUint64(index.slice(6)), proof, checkpoint, ...(extra && { extra }) };
}

/** The checkpoint under which `leafHash` is proved to be logged; throws `MerkleError` otherwise. */
export function verifyLogProof(
  text: string,
  leafHash: Uint8Array,
  origin: string,
  log: LogKey | readonly LogKey[],
): Checkpoint {
  const { leafIndex, proof, checkpoint: note } = parseLogProof(text);
  const checkpoint = openCheckpoint(note, origin, log);
  const { size: treeSize, root: rootHash } = checkpoint;
  verifyInclusion({ leafIndex, leafHash, treeSize, rootHash, proof });
  return checkpoint;
}
