import "server-only";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { RecordRevocationInput, RevocationRecorded } from "../directory-schema.ts";

/**
 * Notes what the issuer said when it was asked to take a role away. Asked is not gone: that is seen by
 * the next reading. What the console can't do is a to-do of the realm's administrator from now on.
 */
export const recordRevocation = verb({
  name: "accessReviews.recordRevocation",
  scope: "runtime.reviews.tend",
  input: RecordRevocationInput,
  output: RevocationRecorded,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const { itemId, outcome } = input;
    const [item] = await tx.query<{ what: string; revocation: string; trouble: string | null }>(
      "SELECT what, revocation, trouble FROM access_item WHERE tenant_id = $1 AND item_id = $2 FOR UPDATE",
      [tenant, itemId],
    );
    if (!item) throw notFound("access item");
    if (item.revocation !== "revoking") return unchanged({ isRecorded: false });
    const trouble =
      outcome.kind === "asked" ? null : outcome.kind === "failed" ? outcome.code : outcome.why;
    await tx.query(
      `UPDATE access_item SET trouble = $3, revocation = CASE WHEN $4 = 'by-hand' THEN 'to-do' ELSE revocation END,
         asked_at = CASE WHEN $4 = 'asked' THEN clock_timestamp() END,
         lease_until = CASE WHEN $4 = 'failed' THEN clock_timestamp() + make_interval(secs => $5) END
       WHERE tenant_id = $1 AND item_id = $2`,
      [tenant, itemId, trouble, outcome.kind, input.retryAfterSeconds],
    );
    if (outcome.kind === "asked") {
      await tx.query(
        "UPDATE access_directory_run SET due_at = clock_timestamp() WHERE tenant_id = $1",
        [tenant],
      );
    }
    // The same trouble again is no news.
    if (outcome.kind === "failed" && item.trouble === trouble)
      return unchanged({ isRecorded: true });
    const types = {
      asked: "runtime.access.revocation-asked",
      "by-hand": "runtime.access.revocation-by-hand",
      failed: "runtime.access.revocation-failed",
    } as const;
    return audited(
      { isRecorded: true },
      {
        type: types[outcome.kind],
        subject: `access-item/${itemId}`,
        outcome: outcome.kind === "failed" ? "failed" : "succeeded",
        payload: { role: item.what, ...(trouble ? { why: trouble } : {}) },
      },
    );
  },
});
