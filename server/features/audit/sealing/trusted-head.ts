import "server-only";
import { equalBytes } from "#server/engines/merkle/bytes.ts";
import { openCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import type { LogKey } from "#server/engines/merkle/log-key.ts";
import { MerkleError } from "#server/engines/merkle/merkle-error.ts";
import { isSameKey } from "#server/engines/merkle/note-key.ts";
import { rightEdge } from "#server/engines/merkle/right-edge.ts";
import { parseNote } from "#server/engines/merkle/signed-note.ts";
import type { TileReader } from "#server/engines/merkle/subtree.ts";
import { treeRoot } from "#server/engines/merkle/tree-root.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { latestCheckpoint, tileReader } from "../log/log-tree.ts";
import { logOrigin } from "./log-key.ts";

/** The tree that the next leaves go onto. */
export interface TrustedHead {
  treeSize: bigint;
  /** Gives the partial tiles of the right edge. */
  read: TileReader;
}

/**
 * The tenant's newest head, believed only after its signature and the root of its stored tiles
 * were checked: the sequencer must never sign a tree that does not extend what it signed before.
 * Throws `MerkleError` when the stored log was altered. Call it under the sequencer's lock.
 */
export async function trustedHead(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  keys: readonly LogKey[],
): Promise<TrustedHead> {
  const stored = await latestCheckpoint(tx, tenant);
  if (!stored) return { treeSize: 0n, read: () => undefined };
  const { size, root } = openCheckpoint(stored.note, logOrigin(tenant), keys);
  checkSigners(stored.note, keys);
  const read = await tileReader(tx, tenant, rightEdge(size));
  if (size !== stored.treeSize || !equalBytes(root, stored.rootHash)) {
    throw new MerkleError("the stored head differs from its signed checkpoint");
  }
  if (!equalBytes(treeRoot(size, read), root)) {
    throw new MerkleError("the stored tiles do not lead to the signed root");
  }
  return { treeSize: size, read };
}

/** A stored head has the log's own signatures alone: one by a key that is not known means that the key was taken out. */
export function checkSigners(note: string, log: LogKey | readonly LogKey[]): void {
  const keys = "publicKey" in log ? [log] : log;
  for (const signature of parseNote(note).signatures) {
    if (!keys.some((key) => isSameKey(key, signature))) {
      throw new MerkleError(
        "the stored head is signed by a key that the table of keys does not have",
      );
    }
  }
}
