import { randomBytes } from "node:crypto";
import type { z } from "zod";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { approval } from "../queries.ts";
import type { ApprovalDetail, RequestApprovalInput } from "../schema.ts";
import { requestApproval } from "../verbs/request-approval.ts";
import { reviewApproval } from "../verbs/review-approval.ts";

export type RequestFields = Partial<z.input<typeof RequestApprovalInput>>;

export function requestInput(fields: RequestFields = {}): z.input<typeof RequestApprovalInput> {
  return {
    kind: "rotation",
    subjectRef: `secret-binding/${randomBytes(6).toString("hex")}`,
    subject: { path: "signing/root", version: 3 },
    reason: "The yearly rotation of the root key",
    ...fields,
  };
}

/** A request in the tenant, and what a reviewer must name. */
export function ask(caller: Caller, fields: RequestFields = {}) {
  return runVerb(requestApproval, caller, requestInput(fields));
}

export function decide(
  caller: Caller,
  request: { requestId: string; subjectDigest: string },
  decision: "approve" | "reject" = "approve",
) {
  return runVerb(reviewApproval, caller, {
    requestId: request.requestId,
    subjectDigest: request.subjectDigest,
    decision,
    comment: decision === "reject" ? "Not this week" : "",
  });
}

export async function detail(caller: Caller, requestId: string): Promise<ApprovalDetail> {
  const found = await withTenant(caller.tenant, "tenant", (tx) =>
    approval(tx, caller.tenant, requestId, caller),
  );
  if (!found) throw new Error("no such request");
  return found;
}

/** Lets the time of a request run out, as the database's clock sees it. */
export async function runOut(tenant: AuthorizedTenantId, requestId: string): Promise<void> {
  await asSuperuser(
    "UPDATE approval_request SET expires_at = clock_timestamp() - interval '1 second' WHERE tenant_id = $1 AND request_id = $2",
    [tenant, requestId],
  );
}
