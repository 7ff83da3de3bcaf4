import "server-only";
import { uuidv7 } from "uuidv7";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lockCampaign } from "../campaign-rows.ts";
import { CampaignId, TendedCampaign } from "../schema.ts";

/**
 * Reminds the reviewers of an open review when it is time to, and raises an alert, once, when its time
 * is over. Nothing is ever decided by silence: it stays open and flagged until people answer.
 */
export const tendCampaign = verb({
  name: "accessReviews.tend",
  scope: "runtime.reviews.tend",
  input: CampaignId,
  output: TendedCampaign,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const row = await lockCampaign(tx, tenant, input.campaignId);
    if (row.state !== "open") return unchanged({ outcome: "nothing" as const });
    const [left] = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM access_item
       WHERE tenant_id = $1 AND campaign_id = $2 AND decision IS NULL AND gone_at IS NULL`,
      [tenant, row.campaign_id],
    );
    const undecided = left?.count ?? 0;
    const passed = row.remind_at.filter((at) => at <= row.now).length;
    const isOverdueNews = row.is_overdue && !row.overdue_told_at;
    const isReminder = !row.is_overdue && passed > row.reminders_sent;
    const next = row.remind_at.find((at) => at > row.now) ?? (row.is_overdue ? null : row.due_at);
    await tx.query(
      `UPDATE access_campaign SET reminders_sent = greatest(reminders_sent, $3), next_act_at = $4,
         overdue_told_at = CASE WHEN $5 THEN clock_timestamp() ELSE overdue_told_at END
       WHERE tenant_id = $1 AND campaign_id = $2`,
      [tenant, row.campaign_id, passed, row.is_overdue ? null : next, isOverdueNews],
    );
    if (!isOverdueNews && !isReminder) return unchanged({ outcome: "nothing" as const });
    const eventId = uuidv7();
    const roles = row.reviewer_roles.join(", ");
    const { events } = await runVouched(raiseAlert, context, {
      kind: isOverdueNews ? "access-review-overdue" : "access-review-waiting",
      severity: isOverdueNews ? "critical" : "warning",
      subjectRef: `access-campaign/${row.campaign_id}`,
      detail: isOverdueNews
        ? `The access review is overdue: ${undecided} undecided. It waits for ${roles}.`
        : `The access review waits for ${roles}: ${undecided} undecided, due ${row.due_at.toISOString()}.`,
      isNotice: !isOverdueNews,
    });
    return audited(
      { outcome: isOverdueNews ? ("overdue" as const) : ("reminded" as const) },
      {
        eventId,
        type: isOverdueNews ? "runtime.access.review-overdue" : "runtime.access.reviewers-reminded",
        subject: `access-campaign/${row.campaign_id}`,
        causedBy: row.start_event_id,
        payload: { undecided, reviewerRoles: row.reviewer_roles, dueAt: row.due_at.toISOString() },
      },
      ...events,
    );
  },
});
