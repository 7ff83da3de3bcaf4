import "server-only";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { breakGlassFacts, findPrincipal } from "../principal-rows.ts";
import { BreakGlassReviewed, ReviewBreakGlassInput } from "../schema.ts";
import { lockUse } from "../use-rows.ts";

/**
 * Says whether a use was justified, once, after it has ended, by somebody else. The person's next use
 * has waited for this.
 */
export const reviewBreakGlass = verb({
  name: "breakGlass.review",
  scope: "runtime.break-glass.review",
  policy: "ReviewBreakGlass",
  input: ReviewBreakGlassInput,
  output: BreakGlassReviewed,
  async facts({ tx, tenant, caller, input }) {
    const use = await lockUse(tx, tenant, input.useId);
    const row = await findPrincipal(tx, tenant, use.principal_id);
    if (!row) throw notFound("break-glass principal");
    return breakGlassFacts(caller, row, { verdict: input.verdict });
  },
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "user")
      throw new AppError("forbidden", "Only people review this.", {
        said: { key: "people.reviewBreakGlass" },
      });
    const use = await lockUse(tx, tenant, input.useId);
    if (!use.ended_at) {
      throw new AppError("conflict", "It is still live: what is done with it is not over.", {
        said: { key: "breakGlass.stillLive" },
        remedy: "Revoke the grant, or wait until it ends.",
      });
    }
    if (use.review !== "due") {
      throw new AppError("conflict", "This use was reviewed already: its verdict stands.", {
        said: { key: "breakGlass.reviewed" },
      });
    }
    await tx.query(
      `UPDATE break_glass_use SET review = $3, review_text = $4, reviewed_by_issuer = $5, reviewed_by_subject = $6,
         reviewed_by_name = $7, reviewed_at = clock_timestamp()
       WHERE tenant_id = $1 AND use_id = $2`,
      [
        tenant,
        use.use_id,
        input.verdict,
        input.text,
        actor.issuer,
        actor.subject,
        displayNameOf(actor),
      ],
    );
    return audited(
      { useId: use.use_id, verdict: input.verdict },
      {
        type: "runtime.access.break-glass-reviewed",
        subject: `break-glass-use/${use.use_id}`,
        causedBy: use.use_event_id,
        payload: { verdict: input.verdict, text: input.text, grantId: use.grant_id },
      },
    );
  },
});
