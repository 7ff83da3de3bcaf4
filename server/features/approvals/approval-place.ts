import "server-only";
import { takeFreshProof } from "#server/features/step-up/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import {
  approverDemand,
  RETENTION_DEMAND,
  stricterOf,
} from "#server/platform/authz/approver-step-up.ts";
import type { ActPlace } from "#server/platform/authz/production-rights.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { RequestRow } from "./approval-rows.ts";

/**
 * Where deciding this counts as a right of production: the environment that the subject names. A
 * request for elevation is no such thing: it comes before anybody has any.
 */
export function placeOf(row: RequestRow, decision: "approve" | "reject"): ActPlace | null {
  const environment = row.kind === "elevation" ? null : environmentOf(row);
  return environment === null ? null : { environment, isOnlyStopping: decision === "reject" };
}

/**
 * Uses up the approver's fresh factor for exactly this subject, where the environment's own policy or
 * that of elevation asks for one, and always for an act of retention: what is destroyed does
 * not come back. Throws `step_up_required`.
 */
export async function takeProofOfApprover(
  tx: TenantTx,
  caller: Caller,
  row: RequestRow,
): Promise<void> {
  const environment = environmentOf(row);
  const demand = stricterOf(
    environment === null ? null : await approverDemand(tx, caller.tenant, environment),
    row.kind === "retention" ? RETENTION_DEMAND : null,
  );
  if (!demand) return;
  await takeFreshProof(tx, caller, {
    act: "approvals.review",
    digest: row.subject_digest.toString("hex"),
    withinSeconds: demand.withinSeconds,
    methods: demand.methods,
  });
}

function environmentOf(row: RequestRow): string | null {
  const { environment } = JSON.parse(row.subject) as { environment?: unknown };
  return typeof environment === "string" ? environment : null;
}
