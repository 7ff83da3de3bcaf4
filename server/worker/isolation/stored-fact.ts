import "server-only";
import type { Fact } from "#server/engines/isolation/fact.ts";
import { peerRef } from "#server/features/isolation/index.ts";
import type { StoredFact } from "#server/features/isolation/schema.ts";

/** A fact as a row of its tenant holds it: the neighbour is opaque (ADR 27). */
export function storedFact({ code, verdict, source, params, peer, objects }: Fact): StoredFact {
  return {
    code,
    verdict,
    source,
    params: { ...params },
    peer: peer === undefined ? null : peerRef(peer),
    objects: objects.slice(0, 50),
  };
}
