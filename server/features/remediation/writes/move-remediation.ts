import "server-only";
import { uuidv7 } from "uuidv7";
import {
  FINAL_REMEDIATION_STATES,
  mayMoveRemediation,
  type RemediationState,
} from "#server/engines/remediation/state-machine.ts";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { holdFinding } from "#server/features/drift/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import type { RemediationRow } from "../remediation-rows.ts";

/** What the log calls reaching a state. */
const EVENT: Record<RemediationState, string> = {
  proposed: "remediation-proposed",
  dry_run: "remediation-dry-run-begun",
  awaiting_approval: "remediation-dry-run",
  approved: "remediation-approved",
  applying: "remediation-begun",
  verifying: "remediation-applied",
  rolling_back: "remediation-roll-back-begun",
  indeterminate: "remediation-indeterminate",
  by_hand: "remediation-by-hand",
  verified: "remediation-verified",
  rolled_back: "remediation-rolled-back",
  failed: "remediation-failed",
  refused: "remediation-refused",
  withdrawn: "remediation-withdrawn",
  expired: "remediation-expired",
  superseded: "remediation-superseded",
};
const FAILED: ReadonlySet<RemediationState> = new Set([
  "failed",
  "rolled_back",
  "rolling_back",
  "indeterminate",
]);

export interface Move {
  to: RemediationState;
  note?: string;
  errorCode?: string | null;
  errorText?: string | null;
  /** The pause until it is looked at again, in seconds. */
  pauseSeconds?: number;
  payload?: NonNullable<AuditEventDraft["payload"]>;
}

/**
 * Moves a locked remediation to another state: its row, its history and the event to hand on. The lease ends with it. An end
 * lets go of the finding, unless it is mended. Throws `conflict` for a move that there is none of.
 */
export async function moveRemediation(
  context: VerbContext<unknown>,
  row: RemediationRow,
  { to, note = "", errorCode = null, errorText = null, pauseSeconds = 0, payload = {} }: Move,
): Promise<AuditEventDraft> {
  const { tx, tenant, actor } = context;
  const from = row.state;
  if (!mayMoveRemediation(from, to)) {
    throw new AppError("conflict", `A remediation can't go from ${from} to ${to}.`, {
      said: { key: "remediation.moved" },
    });
  }
  const eventId = uuidv7();
  const isOver = FINAL_REMEDIATION_STATES.has(to);
  const resume = to === "indeterminate" ? from : null;
  await tx.query(
    `UPDATE remediation SET state = $3, resume_state = $4, error_code = $5, error_text = $6,
       due_at = clock_timestamp() + make_interval(secs => $7), lease_owner = NULL, lease_until = NULL,
       told_at = CASE WHEN away_since IS NULL THEN told_at END, away_since = NULL,
       updated_at = clock_timestamp(), finished_at = CASE WHEN $8 THEN clock_timestamp() END
     WHERE tenant_id = $1 AND remediation_id = $2`,
    [tenant, row.remediation_id, to, resume, errorCode, errorText, pauseSeconds, isOver],
  );
  await tx.query(
    `INSERT INTO remediation_step (tenant_id, step_id, remediation_id, state_from, state_to, note, actor_kind, actor_name,
       event_id, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp())`,
    [
      tenant,
      uuidv7(),
      row.remediation_id,
      from,
      to,
      note.slice(0, 2_000),
      actor.kind,
      displayNameOf(actor),
      eventId,
    ],
  );
  if (isOver && to !== "verified") {
    const held = { findingId: row.finding_id, isHeld: false, note: note.slice(0, 2_000), eventId };
    await runVouched(holdFinding, context, held);
  }
  row.state = to;
  return {
    eventId,
    type: `runtime.drift.${EVENT[to]}`,
    subject: `remediation/${row.remediation_id}`,
    causedBy: row.event_id,
    ...(FAILED.has(to) ? { outcome: "failed" as const } : {}),
    payload: {
      findingId: row.finding_id,
      rule: row.rule,
      cluster: row.cluster,
      object: objectText(row),
      from,
      to,
      ...payload,
      ...(note ? { note } : {}),
      ...(errorCode ? { errorCode } : {}),
      ...(errorText ? { errorText } : {}),
    },
  };
}

export function objectText(
  row: Pick<RemediationRow, "api_version" | "kind" | "namespace" | "name">,
): string {
  const place = row.namespace === null ? "" : `${row.namespace}/`;
  return `${row.api_version} ${row.kind} ${place}${row.name}`;
}
