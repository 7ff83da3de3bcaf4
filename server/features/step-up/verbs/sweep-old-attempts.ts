import "server-only";
import { z } from "zod";
import { unchanged, verb } from "#server/platform/verb.ts";

/**
 * Drops attempts that came to nothing a day after they ran out, with proofs that nobody used. A proof
 * that was used stays, with its attempt. Nothing else changes by it, so the log hears nothing.
 */
export const sweepOldAttempts = verb({
  name: "stepUp.sweepOldAttempts",
  scope: "runtime.answers.sweep",
  input: z.object({}),
  output: z.object({ dropped: z.number().int() }),
  async run({ tx, tenant }) {
    await tx.query(
      `DELETE FROM step_up_proof WHERE tenant_id = $1 AND used_at IS NULL
         AND expires_at <= clock_timestamp() - interval '1 day'`,
      [tenant],
    );
    const dropped = await tx.query(
      `DELETE FROM step_up_attempt a WHERE a.tenant_id = $1 AND a.expires_at <= clock_timestamp() - interval '1 day'
         AND NOT EXISTS (SELECT 1 FROM step_up_proof p
           WHERE p.tenant_id = a.tenant_id AND p.attempt_id = a.attempt_id)
       RETURNING 1`,
      [tenant],
    );
    return unchanged({ dropped: dropped.length });
  },
});
