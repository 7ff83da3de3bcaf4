import "server-only";
import { z } from "zod";
import { unchanged, verb } from "#server/platform/verb.ts";

/**
 * Drops answers that were kept under idempotency keys for more than a day. Nothing else changes by
 * it, so the log hears nothing; the same key is afterwards a new request.
 */
export const sweepOldAnswers = verb({
  name: "platform.sweepOldAnswers",
  scope: "runtime.answers.sweep",
  input: z.object({}),
  output: z.object({ dropped: z.number().int() }),
  async run({ tx, tenant }) {
    const dropped = await tx.query(
      `DELETE FROM idempotency_key
       WHERE tenant_id = $1 AND created_at <= clock_timestamp() - interval '25 hours' RETURNING 1`,
      [tenant],
    );
    return unchanged({ dropped: dropped.length });
  },
});
