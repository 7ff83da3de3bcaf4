import "server-only";
import { uuidv7 } from "uuidv7";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lockDynamicBinding } from "../dynamic-binding.ts";
import { heldLease, type LeaseRow, requireHeldRotation, requireWorker } from "../lease-rows.ts";
import { HeldLease, OpenRotationLeaseInput } from "../schema.ts";
import { addLease } from "../writes.ts";

/**
 * The row of the lease that a rotation is about to ask for, made the first time. From here on a login
 * may exist: `attemptedAt` of the answer is from before, null when surely none was made.
 */
export const openRotationLease = verb({
  name: "leases.openForRotation",
  scope: "runtime.rotations.execute",
  input: OpenRotationLeaseInput,
  output: HeldLease,
  async run({ tx, tenant, actor, input }) {
    requireWorker(actor);
    const { bindingId, causeEventId } = await requireHeldRotation(tx, tenant, input);
    const binding = await lockDynamicBinding(tx, tenant, bindingId);
    const found = await openRow(input.rotationId);
    if (found) {
      if (!found.attempted_at && found.state === "issuing") await markAttempt(found.lease_id);
      return unchanged(heldLease(found));
    }
    const leaseId = uuidv7();
    await addLease(tx, tenant, binding, { leaseId, rotationId: input.rotationId, causeEventId });
    await markAttempt(leaseId);
    const made = await openRow(input.rotationId);
    if (!made) throw new Error("the lease that was just written is not there");
    return audited(
      { ...heldLease(made), attemptedAt: null },
      {
        type: "runtime.leases.issue-requested",
        subject: `lease/${leaseId}`,
        causedBy: causeEventId,
        payload: {
          rotationId: input.rotationId,
          bindingId,
          workload: made.workload,
          mount: made.mount,
          role: made.role,
        },
      },
    );

    async function openRow(rotationId: string): Promise<LeaseRow | undefined> {
      const [row] = await tx.query<LeaseRow>(
        `SELECT *, false AS is_held FROM secret_lease
         WHERE tenant_id = $1 AND rotation_id = $2 AND state IN ('issuing', 'issued', 'active')
         ORDER BY lease_id DESC LIMIT 1 FOR UPDATE`,
        [tenant, rotationId],
      );
      return row;
    }

    async function markAttempt(id: string): Promise<void> {
      await tx.query(
        `UPDATE secret_lease SET attempted_at = clock_timestamp(), updated_at = clock_timestamp()
         WHERE tenant_id = $1 AND lease_id = $2`,
        [tenant, id],
      );
    }
  },
});
