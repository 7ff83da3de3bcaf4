import "server-only";
import { unchanged, verb } from "#server/platform/verb.ts";
import { lockCursor, workOf } from "../cursor-work.ts";
import { ClaimCursorInput, CursorClaim } from "../worker-schema.ts";

/**
 * Claims a due cursor under a lease and a new fence (law 2: begin). The log hears nothing of it: an
 * event of each batch would be an event to deliver.
 */
export const claimCursor = verb({
  name: "delivery.claimCursor",
  scope: "runtime.delivery.execute",
  input: ClaimCursorInput,
  output: CursorClaim,
  async run({ tx, tenant, input: { cursorId, owner, leaseSeconds } }) {
    const row = await lockCursor(tx, tenant, cursorId);
    const isFree = row.state === "running" && row.is_due && !row.is_leased;
    if (!isFree || row.sink_state !== "active") return unchanged({ work: null });
    const [claim] = await tx.query<{ fence: string }>(
      `UPDATE sink_cursor SET fence = fence + 1, lease_owner = $3,
         lease_until = clock_timestamp() + make_interval(secs => $4)
       WHERE tenant_id = $1 AND cursor_id = $2 RETURNING fence::text`,
      [tenant, cursorId, owner, leaseSeconds],
    );
    if (!claim) throw new Error("a locked cursor is gone");
    return unchanged({ work: await workOf(tx, tenant, row, claim.fence) });
  },
});
