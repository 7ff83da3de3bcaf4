import "server-only";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { reviewPolicy } from "../policy-rows.ts";
import { ReviewPolicySaved, SaveReviewPolicyInput } from "../schema.ts";

/** Says how often access is reviewed, by whom, and within how many days. An open review stays as it began. */
export const saveReviewPolicy = verb({
  name: "accessReviews.savePolicy",
  scope: "runtime.reviews.manage",
  input: SaveReviewPolicyInput,
  output: ReviewPolicySaved,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "user" && actor.kind !== "system") {
      throw new AppError("forbidden", "Only people say how access is reviewed.", {
        said: { key: "people.reviewPolicy" },
      });
    }
    const { isEnabled, periodDays, answerDays, remindAfterDays, reviewerRoles } = input;
    const before = await reviewPolicy(tx, tenant, "hold");
    if (input.basedOn !== (before?.version ?? 0)) {
      throw new AppError("stale", "The policy was changed meanwhile.", {
        said: { key: "changed.policy" },
        field: "basedOn",
        remedy: "Nothing was saved. Load the newest version, and make your change again.",
      });
    }
    const [saved] = await tx.query<{ version: number; next_start_at: Date }>(
      `INSERT INTO access_review_policy AS p (tenant_id, version, is_enabled, period_days, answer_days, remind_after_days,
         reviewer_roles, next_start_at, updated_by_name, updated_at)
       SELECT $1, 1, $2, $3, $4, $5, $6,
         coalesce($7::timestamptz, (SELECT max(started_at) FROM access_campaign WHERE tenant_id = $1) + make_interval(days => $3), now),
         $8, now FROM clock_timestamp() AS now
       ON CONFLICT (tenant_id) DO UPDATE SET version = p.version + 1, is_enabled = excluded.is_enabled,
         period_days = excluded.period_days, answer_days = excluded.answer_days,
         remind_after_days = excluded.remind_after_days, reviewer_roles = excluded.reviewer_roles,
         next_start_at = excluded.next_start_at, updated_by_name = excluded.updated_by_name, updated_at = excluded.updated_at
       WHERE p.version = $9
       RETURNING version, next_start_at`,
      [
        tenant,
        isEnabled,
        periodDays,
        answerDays,
        remindAfterDays,
        reviewerRoles,
        input.nextStartAt,
        displayNameOf(actor),
        input.basedOn,
      ],
    );
    if (!saved)
      throw new AppError("stale", "The policy was changed meanwhile.", {
        said: { key: "changed.policy" },
      });
    return audited(
      { version: saved.version, nextStartAt: saved.next_start_at },
      {
        type: "runtime.access.review-policy-saved",
        subject: `tenant/${tenant}`,
        payload: {
          version: saved.version,
          isEnabled,
          periodDays,
          answerDays,
          remindAfterDays,
          reviewerRoles,
          nextStartAt: saved.next_start_at.toISOString(),
          reason: input.reason,
          before: before
            ? {
                isEnabled: before.is_enabled,
                periodDays: before.period_days,
                answerDays: before.answer_days,
                remindAfterDays: before.remind_after_days,
                reviewerRoles: before.reviewer_roles,
              }
            : null,
          after: { isEnabled, periodDays, answerDays, remindAfterDays, reviewerRoles },
        },
      },
    );
  },
});
