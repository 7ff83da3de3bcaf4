import "server-only";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import type { RemediationRow } from "../remediation-rows.ts";
import { lookSoon } from "./look-soon.ts";
import { moveRemediation } from "./move-remediation.ts";

/** The change is in the cluster: what it made of things is looked at next. */
export async function noteApplied(
  context: VerbContext<unknown>,
  row: RemediationRow,
  afterDigest: string | null,
): Promise<AuditEventDraft> {
  const { tx, tenant } = context;
  await tx.query(
    `UPDATE remediation SET applied_at = coalesce(applied_at, clock_timestamp()), attempt = 0,
       intent = intent || jsonb_build_object('afterDigest', $3::text)
     WHERE tenant_id = $1 AND remediation_id = $2`,
    [tenant, row.remediation_id, afterDigest],
  );
  await lookSoon(tx, tenant);
  return moveRemediation(context, row, {
    to: "verifying",
    payload: { action: row.action, afterDigest },
  });
}
