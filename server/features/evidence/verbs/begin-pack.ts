import "server-only";
import type { Disclosure } from "#server/engines/evidence/pack-format.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { unchanged, verb } from "#server/platform/verb.ts";
import { BeginPackInput, PackBegun } from "../schema.ts";
import { openText } from "../sealed-text.ts";

interface Row {
  fence: string;
  sealed_key: string;
  sealed: Buffer;
  asOf: Date;
  disclosure: Disclosure;
  from: string;
  to: string;
  treeSize: string;
  checkpoint: string;
  keptDays: number;
}

/** Takes a pack up, one worker at a time, by a lease and a fence. One that broke off begins anew. */
export const beginPack = verb({
  name: "evidence.beginPack",
  scope: "runtime.evidence.make",
  input: BeginPackInput,
  output: PackBegun,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const [row] = await tx.query<Row>(
      `UPDATE evidence_pack SET state = 'building', lease_owner = $3, fence = fence + 1, entries_done = 0,
         match_count = 0, lease_until = clock_timestamp() + make_interval(secs => $4)
       WHERE tenant_id = $1 AND pack_id = $2 AND state IN ('requested', 'building')
         AND (lease_until IS NULL OR lease_until <= clock_timestamp())
       RETURNING fence::text, sealed_key, sealed, as_of AS "asOf", disclosure, range_from::text AS "from",
         range_to::text AS "to", tree_size::text AS "treeSize", checkpoint, kept_days AS "keptDays"`,
      [tenant, input.packId, input.owner, input.leaseSeconds],
    );
    if (!row) return unchanged({ begun: null });
    const { sealed_key: keyId, sealed, ...rest } = row;
    const text = openText(tenant, input.packId, keyId, sealed);
    if (!text) throw new AppError("unavailable", "The query of the pack can't be read.");
    return unchanged({ begun: { ...rest, query: text.query } });
  },
});
