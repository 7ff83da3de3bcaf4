import { reviewApproval } from "#server/features/approvals/verbs/review-approval.ts";
import { forceRotate } from "#server/features/rotation/verbs/force-rotate.ts";
import { settleApproval } from "#server/features/rotation/verbs/settle-approval.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { waitFor } from "#test/harness/wait-for.ts";

export interface RotationState {
  [column: string]: unknown;
  state: string;
  error_code: string | null;
  error_text: string | null;
  finished_at: Date | null;
}

/** Forces a rotation as a security officer; gives its id. */
export async function forceOne(tenant: AuthorizedTenantId, bindingId: string): Promise<string> {
  const officer = userOf(tenant, "officer");
  const reason = "to see how this kind is rotated";
  return (await runVerb(forceRotate, officer, { bindingId, reason })).rotationId;
}

export async function rotationState(
  tenant: AuthorizedTenantId,
  rotationId: string,
): Promise<RotationState> {
  const [row] = await withTenant(tenant, "tenant", (tx) =>
    tx.query<RotationState>(
      "SELECT state, error_code, error_text, finished_at FROM rotation WHERE tenant_id = $1 AND rotation_id = $2",
      [tenant, rotationId],
    ),
  );
  if (!row) throw new Error("no such rotation");
  return row;
}

/** Every state it came to, in order. */
export async function statesOf(tenant: AuthorizedTenantId, rotationId: string): Promise<string[]> {
  const rows = await withTenant(tenant, "tenant", (tx) =>
    tx.query<{ state_to: string }>(
      "SELECT state_to FROM rotation_step WHERE tenant_id = $1 AND rotation_id = $2 ORDER BY step_no",
      [tenant, rotationId],
    ),
  );
  return rows.map((row) => row.state_to);
}

/** Waits until it is in this state. */
export async function comesTo(
  tenant: AuthorizedTenantId,
  rotationId: string,
  state: string,
): Promise<void> {
  await waitFor(async () => (await rotationState(tenant, rotationId)).state === state, {
    timeout: 60_000,
    message: `the rotation to be ${state}`,
  });
}

/** A second officer approves what a rotation waits for, and it is carried on. */
export async function approveOne(tenant: AuthorizedTenantId, rotationId: string): Promise<void> {
  const [row] = await asSuperuser<{ request_id: string; digest: string }>(
    `SELECT a.request_id, encode(a.subject_digest, 'hex') AS digest FROM approval_request a
     JOIN rotation r ON r.tenant_id = a.tenant_id AND r.approval_id = a.request_id WHERE r.rotation_id = $1`,
    [rotationId],
  );
  if (!row) throw new Error("it waits for no approval");
  const second = userOf(tenant, "second-officer");
  await runVerb(reviewApproval, second, {
    requestId: row.request_id,
    decision: "approve",
    subjectDigest: row.digest,
  });
  const worker = workerOf(tenant, ["runtime.rotations.execute", "runtime.approvals.consume"]);
  const issuer = `https://idp.test/realms/${tenant}`;
  const approvers = [{ issuer, subject: "second-officer", roles: ["security-officer"] }];
  await runVerb(settleApproval, worker, { rotationId, approvers });
}
