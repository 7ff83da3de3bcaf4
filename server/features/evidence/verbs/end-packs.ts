import "server-only";
import { z } from "zod";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";

const Leaf = z.string().regex(/^(0|[1-9][0-9]{0,18})$/, "must be a decimal number");

/**
 * Ends every pack that may hold the content of these leaves, because that content was erased, and has those
 * begin anew that are being made. Their keys are destroyed and their bytes taken away as at any other end.
 */
export const endPacks = verb({
  name: "evidence.endPacks",
  scope: "runtime.evidence.make",
  input: z.object({
    from: Leaf,
    /** Exclusive. */
    to: Leaf,
  }),
  output: z.object({ ended: z.int() }),
  async run({ tx, tenant, actor, input: { from, to } }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const ended = await tx.query<{ id: string }>(
      `UPDATE evidence_pack SET
         expires_at = CASE WHEN state = 'ready' THEN least(expires_at, clock_timestamp()) END,
         fence = fence + 1, lease_until = CASE WHEN state = 'building' THEN clock_timestamp() END
       WHERE tenant_id = $1 AND state IN ('ready', 'building') AND range_from < $3 AND range_to > $2
         AND (expires_at IS NULL OR expires_at > clock_timestamp())
       RETURNING pack_id::text AS id`,
      [tenant, from, to],
    );
    if (ended.length === 0) return unchanged({ ended: 0 });
    return audited(
      { ended: ended.length },
      {
        type: "runtime.evidence.packs-ended",
        subject: `audit-log/${tenant}`,
        payload: { from, to, packs: ended.map(({ id }) => id).sort() },
      },
    );
  },
});
