import "server-only";
import { uuidv7 } from "uuidv7";
import { remediationPauseSeconds } from "#server/engines/remediation/state-machine.ts";
import { displayNameOf } from "#server/features/approvals/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import type { RemediationRow } from "../remediation-rows.ts";
import { endWithApproval } from "./end-with-approval.ts";
import { objectText } from "./move-remediation.ts";
import { tellPeople } from "./tell-people.ts";

/** How long a cluster may be away before people are told. */
export const AWAY_TOLD_SECONDS = 900;
const ENDS = new Set(["dry_run", "approved"]);

/**
 * Lets go of a remediation while its cluster, or what asks for it, is away: it stays what it is and is tried
 * after longer and longer pauses, up to five minutes. Its history and the log tell once that it waits; people are
 * told after a quarter of an hour. One of which nothing has reached the cluster ends when its time is over.
 */
export async function waitWhileAway(
  context: VerbContext<unknown>,
  row: RemediationRow,
  trouble: string,
): Promise<readonly AuditEventDraft[]> {
  const { tx, tenant, actor } = context;
  const note = trouble.slice(0, 500);
  if (row.is_expired && ENDS.has(row.state)) {
    const why = { errorCode: "away", errorText: note };
    const ended = await endWithApproval(context, row, { to: "expired", ...why });
    return [
      ...ended,
      ...(await tellPeople(context, row, "remediation-waits", `given up: ${note}`)),
    ];
  }
  const [waits] = await tx.query<{ isLate: boolean }>(
    `UPDATE remediation SET lease_owner = NULL, lease_until = NULL, error_code = 'away', error_text = $3,
       attempt = attempt + 1, due_at = clock_timestamp() + make_interval(secs => $4),
       away_since = coalesce(away_since, clock_timestamp())
     WHERE tenant_id = $1 AND remediation_id = $2
     RETURNING told_at IS NULL AND away_since < clock_timestamp() - make_interval(secs => ${AWAY_TOLD_SECONDS}) AS "isLate"`,
    [tenant, row.remediation_id, note, remediationPauseSeconds(row.attempt)],
  );
  if (waits?.isLate) {
    await tx.query(
      "UPDATE remediation SET told_at = clock_timestamp() WHERE tenant_id = $1 AND remediation_id = $2",
      [tenant, row.remediation_id],
    );
    return tellPeople(context, row, "remediation-waits", note);
  }
  if (row.away_since) return [];
  const eventId = uuidv7();
  await tx.query(
    `INSERT INTO remediation_step (tenant_id, step_id, remediation_id, state_from, state_to, note, actor_kind, actor_name,
       event_id, at)
     VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, clock_timestamp())`,
    [
      tenant,
      uuidv7(),
      row.remediation_id,
      row.state,
      note,
      actor.kind,
      displayNameOf(actor),
      eventId,
    ],
  );
  return [
    {
      eventId,
      type: "runtime.drift.remediation-waits",
      subject: `remediation/${row.remediation_id}`,
      causedBy: row.event_id,
      payload: {
        findingId: row.finding_id,
        rule: row.rule,
        cluster: row.cluster,
        object: objectText(row),
        state: row.state,
        errorText: note,
      },
    },
  ];
}
