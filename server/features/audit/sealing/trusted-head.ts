import "server-only";
import { equalBytes } from "#server/engines/merkle/bytes.ts";
import { openCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import { MerkleError } from "#server/engines/merkle/merkle-error.ts";
import { rightEdge } from "#server/engines/merkle/right-edge.ts";
import type { TileReader } from "#server/engines/merkle/subtree.ts";
import { treeRoot } from "#server/engines/merkle/tree-root.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { latestCheckpoint, tileReader } from "../log/log-tree.ts";
import { logOrigin, logVerifier } from "./log-key.ts";

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
export async function trustedHead(tx: TenantTx, tenant: AuthorizedTenantId): Promise<TrustedHead> {
  const stored = await latestCheckpoint(tx, tenant);
  if (!stored) return { treeSize: 0n, read: () => undefined };
  const { size, root } = openCheckpoint(stored.note, logOrigin(tenant), logVerifier(tenant));
  const read = await tileReader(tx, tenant, rightEdge(size));
  if (size !== stored.treeSize || !equalBytes(root, stored.rootHash)) {
    throw new MerkleError("the stored head differs from its signed checkpoint");
  }
  if (!equalBytes(treeRoot(size, read), root)) {
    throw new MerkleError("the stored tiles do not lead to the signed root");
  }
  return { treeSize: size, read };
}
