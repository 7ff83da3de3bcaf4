import "server-only";
import { uuidv7 } from "uuidv7";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lockLease } from "../lease-rows.ts";
import { LeaseChanged, RevokeLeaseInput } from "../schema.ts";
import { beginRevocation } from "../writes.ts";

/** Ends a login before its time: the worker revokes the lease and shows that it is over. */
export const revokeLease = verb({
  name: "leases.revoke",
  scope: "runtime.leases.manage",
  input: RevokeLeaseInput,
  output: LeaseChanged,
  async run({ tx, tenant, input }) {
    const lease = await lockLease(tx, tenant, input.leaseId);
    if (!lease) throw notFound("lease");
    const { lease_id: leaseId, state, workload, role } = lease;
    if (state === "revoking") return unchanged({ leaseId, state });
    const isOfRotation = state === "issued" && lease.rotation_id !== null;
    if (!["issued", "active", "renewing"].includes(state) || isOfRotation) {
      throw new AppError(
        "conflict",
        isOfRotation
          ? "A rotation under way has issued it and not delivered it yet."
          : `A lease that is ${state} can't be revoked.`,
        {
          said: { key: isOfRotation ? "leases.ofRotation" : "leases.notRevoked" },
          field: "leaseId",
          ...(isOfRotation ? { remedy: "Cancel the rotation." } : {}),
        },
      );
    }
    const eventId = uuidv7();
    await beginRevocation(tx, tenant, lease, eventId);
    return audited(
      { leaseId, state: "revoking" as const },
      {
        eventId,
        type: "runtime.leases.revoke-requested",
        subject: `lease/${leaseId}`,
        payload: { workload, role, reason: input.reason },
      },
    );
  },
});
