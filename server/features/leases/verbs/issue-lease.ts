import "server-only";
import { uuidv7 } from "uuidv7";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { lockDynamicBinding } from "../dynamic-binding.ts";
import { IssueLeaseInput, LeaseChanged } from "../schema.ts";
import { addLease } from "../writes.ts";

/**
 * Wants a login for a workload that has none. The worker asks OpenBao for it and puts it where the
 * workload reads; nobody else sees it. Who has one already rotates it instead.
 */
export const issueLease = verb({
  name: "leases.issue",
  scope: "runtime.leases.manage",
  input: IssueLeaseInput,
  output: LeaseChanged,
  async run({ tx, tenant, input }) {
    const binding = await lockDynamicBinding(tx, tenant, input.bindingId);
    if (binding.state === "retired") {
      throw new AppError("conflict", "This credential is not in use any more.", {
        said: { key: "leases.notInUse" },
        field: "bindingId",
      });
    }
    const [open] = await tx.query<{ state: string }>(
      `SELECT state FROM secret_lease
       WHERE tenant_id = $1 AND binding_id = $2 AND ended_at IS NULL
         AND state <> 'indeterminate' AND (expires_at IS NULL OR expires_at > clock_timestamp()) LIMIT 1`,
      [tenant, input.bindingId],
    );
    const [rotation] = await tx.query(
      `SELECT 1 FROM rotation WHERE tenant_id = $1 AND binding_id = $2 AND finished_at IS NULL`,
      [tenant, input.bindingId],
    );
    if (open || rotation) {
      throw new AppError("conflict", "This workload has a login, or is being given one.", {
        said: { key: "leases.hasLogin" },
        field: "bindingId",
        remedy: "Rotate the credential, or revoke its lease first.",
      });
    }
    const leaseId = uuidv7();
    const eventId = uuidv7();
    await addLease(tx, tenant, binding, { leaseId, rotationId: null, causeEventId: eventId });
    const { workload, mount, role } = binding.rotator;
    return audited(
      { leaseId, state: "issuing" as const },
      {
        eventId,
        type: "runtime.leases.issue-requested",
        subject: `lease/${leaseId}`,
        payload: { bindingId: input.bindingId, workload, mount, role, reason: input.reason },
      },
    );
  },
});
