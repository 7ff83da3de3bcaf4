import "server-only";
import { inclusionProof } from "#server/engines/merkle/build-proof.ts";
import { equalBytes, toBase64, toHex } from "#server/engines/merkle/bytes.ts";
import { openCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import { leafHash } from "#server/engines/merkle/hashing.ts";
import { formatLogProof } from "#server/engines/merkle/log-proof.ts";
import { MerkleError } from "#server/engines/merkle/merkle-error.ts";
import { inclusionRanges, tilesForRanges } from "#server/engines/merkle/proof-ranges.ts";
import { verifyInclusion } from "#server/engines/merkle/verify-inclusion.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { cosignatureLines } from "./log/cosignatures.ts";
import { latestCheckpoint, tileReader } from "./log/log-tree.ts";
import type { SealProof } from "./schema.ts";
import { logOrigin } from "./sealing/log-key.ts";
import { logKeys } from "./sealing/log-keys.ts";

export interface StoredLeaf {
  leafIndex: bigint;
  leafHash: Uint8Array;
  sealedAt: Date;
}

/**
 * Proves the envelope to be the entry at its index under the newest signed head, and checks that
 * proof as an auditor would. What cannot be proved is `broken`, with the reason: never passed over.
 */
export async function sealProof(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  envelope: string,
  leaf: StoredLeaf,
): Promise<SealProof> {
  const head = await latestCheckpoint(tx, tenant);
  if (!head) return { status: "broken", reason: "the log has no signed head" };
  try {
    const { size: treeSize, root: rootHash } = openCheckpoint(
      head.note,
      logOrigin(tenant),
      await logKeys(tx, tenant),
    );
    const { leafIndex, sealedAt } = leaf;
    const hash = leafHash(new TextEncoder().encode(envelope));
    if (!equalBytes(hash, leaf.leafHash)) {
      throw new MerkleError("the envelope is not the one that was sealed");
    }
    const tiles = tilesForRanges(inclusionRanges(leafIndex, treeSize));
    const path = inclusionProof(leafIndex, treeSize, await tileReader(tx, tenant, tiles));
    verifyInclusion({ leafIndex, leafHash: hash, treeSize, rootHash, proof: path });
    return {
      status: "proven",
      leafIndex: leafIndex.toString(),
      leafHash: toHex(hash),
      sealedAt,
      treeSize: treeSize.toString(),
      rootHash: toBase64(rootHash),
      path: path.map(toBase64),
      logProof: formatLogProof({
        leafIndex,
        proof: path,
        checkpoint: head.note + (await cosignatureLines(tx, tenant, treeSize)),
      }),
    };
  } catch (error) {
    if (!(error instanceof MerkleError)) throw error;
    return { status: "broken", reason: error.message };
  }
}
