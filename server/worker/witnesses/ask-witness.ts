import "server-only";
import { formatAddCheckpoint } from "#server/engines/merkle/add-checkpoint.ts";
import { consistencyProof } from "#server/engines/merkle/build-proof.ts";
import { type Cosignature, openCosignatures } from "#server/engines/merkle/cosignature.ts";
import type { NoteVerifier } from "#server/engines/merkle/note-key.ts";
import { consistencyRanges, tilesForRanges } from "#server/engines/merkle/proof-ranges.ts";
import { headToWitness, proofTiles } from "#server/features/audit/index.ts";
import type { WitnessTrouble } from "#server/features/audit/verbs/record-witness.ts";
import { addCheckpoint } from "#server/integrations/witness/witness-client.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export interface Said {
  knownSize: string;
  cosignature: { treeSize: string; timestamp: number; line: string } | null;
  trouble: WitnessTrouble | null;
}

const MOST_TRIES = 3;

/**
 * Sends a tenant's newest head to a witness, from the size that it knows; when it knows another, from
 * that one. Believes nothing but a valid cosignature of exactly this head. Undefined: there is no head.
 */
export async function askWitness(
  tenant: AuthorizedTenantId,
  { url, key }: { url: string; key: NoteVerifier },
): Promise<Said | undefined> {
  const known = await withTenant(tenant, "worker", (tx) => headToWitness(tx, tenant, key.name), {
    readOnly: true,
  });
  if (!known) return undefined;
  const { note, treeSize } = known;
  let oldSize = known.knownSize;
  const trouble = (why: WitnessTrouble, at = oldSize): Said => ({
    knownSize: at.toString(),
    cosignature: null,
    trouble: why,
  });
  if (oldSize > treeSize) return trouble("ahead");
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const proof = await proofFrom(tenant, oldSize, treeSize);
    const answer = await addCheckpoint(url, formatAddCheckpoint({ oldSize, proof, note }));
    if (answer.kind === "unreachable") return trouble("unreachable");
    if (answer.kind === "refused") return trouble(answer.status === 422 ? "forked" : "refused");
    if (answer.kind === "conflict") {
      if (answer.size > treeSize) return trouble("ahead", answer.size);
      // It was told its own size: then it is the heads that differ.
      if (answer.size === oldSize) return trouble("forked");
      oldSize = answer.size;
      continue;
    }
    const cosignature = validIn(note + answer.lines, key);
    if (!cosignature) return trouble("bad-answer");
    return {
      knownSize: treeSize.toString(),
      cosignature: {
        treeSize: treeSize.toString(),
        timestamp: Number(cosignature.timestamp),
        line: cosignature.line,
      },
      trouble: null,
    };
  }
  return trouble("unreachable");
}

function validIn(note: string, key: NoteVerifier): Cosignature | undefined {
  try {
    return openCosignatures(note, [key])[0];
  } catch {
    return undefined;
  }
}

async function proofFrom(
  tenant: AuthorizedTenantId,
  oldSize: bigint,
  treeSize: bigint,
): Promise<Uint8Array[]> {
  if (oldSize === 0n || oldSize === treeSize) return [];
  const tiles = tilesForRanges(consistencyRanges(oldSize, treeSize));
  const read = await withTenant(tenant, "worker", (tx) => proofTiles(tx, tenant, tiles), {
    readOnly: true,
  });
  return consistencyProof(oldSize, treeSize, read);
}
