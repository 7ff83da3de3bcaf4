import "server-only";
import { z } from "zod";
import { notFound } from "#server/platform/errors/app-error.ts";
import { unchanged, verb } from "#server/platform/verb.ts";
import { lockStore, regionsOf } from "../region-rows.ts";
import { ObservationTask, StoreId } from "../schema.ts";

/** Longer than asking every node of a cluster can take. */
const LEASE_SECONDS = 90;

/**
 * Takes a due store for one worker, and says which marker to write in it (law 2: begin). Taking it
 * changes nothing that anybody decides by, so it leaves no event; what is then seen does, when it changed.
 */
export const beginObservation = verb({
  name: "regions.beginObservation",
  scope: "runtime.regions.observe",
  input: z.object({ storeId: StoreId }),
  output: z.object({ task: ObservationTask.nullable() }),
  async run({ tx, tenant, input }) {
    const store = await lockStore(tx, tenant, input.storeId);
    if (!store) throw notFound("store");
    const region = (await regionsOf(tx, tenant)).find((each) => each.region === store.region);
    const isGone = store.region !== null && !region;
    if (isGone || store.is_leased || !store.is_due) return unchanged({ task: null });
    const isPrimary = region?.role === "primary";
    // The marker's number is stored before it is written: no region can show one that we don't know of.
    const [claim] = (await tx.query<{ fence: string; at: Date; marker_sequence: string }>(
      `UPDATE store_observation SET fence = fence + 1, lease_until = clock_timestamp() + make_interval(secs => $3),
         marker_sequence = CASE WHEN $4 THEN
           (SELECT coalesce(max(o.marker_sequence), 0) + 1 FROM store_observation o WHERE o.tenant_id = $1)
           ELSE marker_sequence END
       WHERE tenant_id = $1 AND store_id = $2
       RETURNING fence::text, clock_timestamp() AS at, marker_sequence::text`,
      [tenant, store.store_id, LEASE_SECONDS, isPrimary],
    )) as [{ fence: string; at: Date; marker_sequence: string }];
    return unchanged({
      task: {
        storeId: store.store_id,
        kind: store.kind,
        region: store.region,
        role: region?.role ?? null,
        fence: claim.fence,
        marker: isPrimary ? { sequence: Number(claim.marker_sequence), writtenAt: claim.at } : null,
        isReplicated: region?.role === "read-only" && region.replication !== "none",
      },
    });
  },
});
