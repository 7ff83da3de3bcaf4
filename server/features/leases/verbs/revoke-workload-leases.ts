import "server-only";
import { uuidv7 } from "uuidv7";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import type { LeaseRow } from "../lease-rows.ts";
import { RevokeWorkloadInput, WorkloadRevoked } from "../schema.ts";
import { beginRevocation } from "../writes.ts";

/**
 * Ends every login of a workload: each lease has its own event and its own proof. When there are
 * not as many as the person was shown, nothing happens.
 */
export const revokeWorkloadLeases = verb({
  name: "leases.revokeWorkload",
  scope: "runtime.leases.manage",
  input: RevokeWorkloadInput,
  output: WorkloadRevoked,
  async run({ tx, tenant, input }) {
    const { workload, expectedCount, reason } = input;
    const leases = await tx.query<LeaseRow>(
      `SELECT *, false AS is_held FROM secret_lease
       WHERE tenant_id = $1 AND workload = $2 AND ended_at IS NULL
         AND (state IN ('active', 'renewing') OR (state = 'issued' AND rotation_id IS NULL))
       ORDER BY lease_id FOR UPDATE`,
      [tenant, workload],
    );
    if (leases.length === 0) throw notFound("open lease of this workload");
    if (leases.length !== expectedCount) {
      throw new AppError(
        "stale",
        `This workload has ${leases.length} leases now, not ${expectedCount}.`,
        {
          said: { key: "leases.otherCount", args: { now: leases.length, expected: expectedCount } },
          field: "expectedCount",
          remedy: "Look at the list again, then decide.",
        },
      );
    }
    const events = [];
    for (const lease of leases) {
      const eventId = uuidv7();
      await beginRevocation(tx, tenant, lease, eventId);
      events.push({
        eventId,
        type: "runtime.leases.revoke-requested" as const,
        subject: `lease/${lease.lease_id}`,
        payload: { workload, role: lease.role, reason, ofAll: leases.length },
      });
    }
    const [first, ...more] = events;
    if (!first) throw notFound("open lease of this workload");
    return audited({ workload, count: leases.length }, first, ...more);
  },
});
