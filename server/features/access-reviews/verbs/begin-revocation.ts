import "server-only";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { unchanged, verb } from "#server/platform/verb.ts";
import { BeginRevocationInput, RevocationBegun } from "../directory-schema.ts";

/** Takes one revoked role to ask its issuer about; the close of the review was the intent (law 2). */
export const beginRevocation = verb({
  name: "accessReviews.beginRevocation",
  scope: "runtime.reviews.tend",
  input: BeginRevocationInput,
  output: RevocationBegun,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const [item] = await tx.query<{
      issuer: string;
      subject: string;
      role: string;
      is_due: boolean;
    }>(
      `SELECT issuer, subject, what AS role, revocation = 'revoking' AND asked_at IS NULL AND kind = 'role'
         AND (lease_until IS NULL OR lease_until <= clock_timestamp()) AS is_due
       FROM access_item WHERE tenant_id = $1 AND item_id = $2 FOR UPDATE`,
      [tenant, input.itemId],
    );
    if (!item) throw notFound("access item");
    if (!item.is_due) return unchanged({ wanted: null });
    await tx.query(
      `UPDATE access_item SET lease_until = clock_timestamp() + make_interval(secs => $3)
       WHERE tenant_id = $1 AND item_id = $2`,
      [tenant, input.itemId, input.leaseSeconds],
    );
    const { issuer, subject, role } = item;
    return unchanged({ wanted: { issuer, subject, role } });
  },
});
