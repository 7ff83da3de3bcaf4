import "server-only";
import { uuidv7 } from "uuidv7";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lockLease } from "../lease-rows.ts";
import { LeaseChanged, RenewLeaseInput } from "../schema.ts";

/** Lets a login live on: the worker asks OpenBao, which gives at most what the role allows. */
export const renewLease = verb({
  name: "leases.renew",
  scope: "runtime.leases.manage",
  input: RenewLeaseInput,
  output: LeaseChanged,
  async run({ tx, tenant, input }) {
    const lease = await lockLease(tx, tenant, input.leaseId);
    if (!lease) throw notFound("lease");
    const { lease_id: leaseId, state, workload, role } = lease;
    if (state === "renewing") return unchanged({ leaseId, state });
    if (state !== "active") {
      throw new AppError("conflict", `A lease that is ${state} can't be renewed.`, {
        said: { key: "leases.notRenewed" },
        field: "leaseId",
        remedy: "Issue a new login if the workload still needs one.",
      });
    }
    const eventId = uuidv7();
    await tx.query(
      `UPDATE secret_lease SET state = 'renewing', due_at = clock_timestamp(), attempt = 0, cause_event_id = $3,
         updated_at = clock_timestamp(), fence = fence + 1, held_until = NULL, held_by = NULL
       WHERE tenant_id = $1 AND lease_id = $2`,
      [tenant, leaseId, eventId],
    );
    return audited(
      { leaseId, state: "renewing" as const },
      {
        eventId,
        type: "runtime.leases.renew-requested",
        subject: `lease/${leaseId}`,
        payload: { workload, role, reason: input.reason },
      },
    );
  },
});
