import { expect } from "vitest";
import { appendLeaves } from "#server/engines/merkle/append-leaves.ts";
import { consistencyProof } from "#server/engines/merkle/build-proof.ts";
import { toHex } from "#server/engines/merkle/bytes.ts";
import { openCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import { asKept, followKeys } from "#server/engines/merkle/follow-keys.ts";
import { leafHash } from "#server/engines/merkle/hashing.ts";
import { parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import type { TileReader } from "#server/engines/merkle/subtree.ts";
import { verifyConsistency } from "#server/engines/merkle/verify-consistency.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { logVerifierKey } from "../sealing/log-key.ts";
import { logKeyList } from "../sealing/log-keys.ts";
import { type StoredLog, storedLog } from "./stored-log.ts";

/**
 * Checks a tenant's whole log as an auditor would, from envelopes and verifier key alone: indexes
 * contiguous, leaves and tiles recomputed, every head signed and consistent with the one before.
 */
export async function checkLog(tenant: AuthorizedTenantId): Promise<StoredLog> {
  const log = await storedLog(tenant);
  expect(log.leaves.map(({ index }) => index)).toEqual(log.leaves.map((_, n) => BigInt(n)));
  const hashes = log.leaves.map(({ envelope }) => leafHash(new TextEncoder().encode(envelope)));
  expect(log.leaves.map((leaf) => toHex(leaf.leafHash))).toEqual(hashes.map(toHex));

  const rebuilt = appendLeaves(0n, () => undefined, hashes);
  const inOrder = (a: (typeof rebuilt.tiles)[0], b: typeof a) =>
    a.level - b.level || Number(a.index - b.index);
  expect(log.tiles).toEqual(rebuilt.tiles.toSorted(inOrder));

  const first = parseVerifierKey(logVerifierKey(tenant));
  const published = await withTenant(tenant, "worker", (tx) => logKeyList(tx, tenant));
  const { keys } = followKeys([first], published, { mayFollowRevoked: true });
  const read: TileReader = (level, index) =>
    log.tiles.find((tile) => tile.level === level && tile.index === index)?.hashes;
  let before: { size: bigint; root: Uint8Array } | undefined;
  for (const note of log.notes) {
    const { size, root } = openCheckpoint(note, first.name, asKept(keys));
    if (before) {
      const proof = consistencyProof(before.size, size, read);
      verifyConsistency({
        oldSize: before.size,
        oldRoot: before.root,
        newSize: size,
        newRoot: root,
        proof,
      });
    }
    before = { size, root };
  }
  expect(before?.size ?? 0n).toBe(BigInt(log.leaves.length));
  if (before) expect(toHex(before.root)).toBe(toHex(rebuilt.root));
  return log;
}
