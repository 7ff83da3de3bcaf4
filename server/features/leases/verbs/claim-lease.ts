import "server-only";
import { z } from "zod";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lockDynamicBinding } from "../dynamic-binding.ts";
import { heldLease, lockLease, requireWorker } from "../lease-rows.ts";
import { ClaimedLease, ClaimLeaseInput } from "../schema.ts";

/**
 * Takes a due lease for one worker, for a while, with a fence that outdates every earlier holder. For
 * one that is to be issued this is the intent: from here on a login may exist. Null when it isn't due.
 */
export const claimLease = verb({
  name: "leases.claim",
  scope: "runtime.rotations.execute",
  input: ClaimLeaseInput,
  output: z.object({ claimed: ClaimedLease.nullable() }),
  async run({ tx, tenant, actor, input }) {
    requireWorker(actor);
    const lease = await lockLease(tx, tenant, input.leaseId);
    if (!lease) throw notFound("lease");
    const [held] = await tx.query<{ fence: string }>(
      `UPDATE secret_lease SET fence = fence + 1, held_by = $3, updated_at = clock_timestamp(),
         held_until = clock_timestamp() + make_interval(secs => $4),
         attempted_at = CASE WHEN state = 'issuing' THEN coalesce(attempted_at, clock_timestamp()) ELSE attempted_at END
       WHERE tenant_id = $1 AND lease_id = $2 AND ended_at IS NULL AND due_at <= clock_timestamp()
         AND (held_until IS NULL OR held_until <= clock_timestamp())
       RETURNING fence`,
      [tenant, input.leaseId, input.owner, input.seconds],
    );
    if (!held) return unchanged({ claimed: null });
    const binding = await lockDynamicBinding(tx, tenant, lease.binding_id);
    const { target, isExclusive } = binding.rotator;
    const claimed = {
      ...heldLease(lease),
      fence: BigInt(held.fence),
      path: binding.path,
      target,
      isExclusive,
      causeEventId: lease.cause_event_id,
    };
    // Looking whether it is still there changes nothing, and happens each minute.
    if (lease.state === "active") return unchanged({ claimed });
    return audited(
      { claimed },
      {
        type: "runtime.leases.claimed",
        subject: `lease/${lease.lease_id}`,
        causedBy: lease.cause_event_id,
        payload: { state: lease.state, fence: held.fence, owner: input.owner },
      },
    );
  },
});
