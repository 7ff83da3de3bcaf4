import "server-only";
import { uuidv7 } from "uuidv7";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { BreakerReset, ResetBreakerInput } from "../schema.ts";

/** Lets an object be mended without asking again, after a person has looked why it kept coming back. */
export const resetBreaker = verb({
  name: "remediation.resetBreaker",
  scope: "runtime.remediations.manage",
  input: ResetBreakerInput,
  output: BreakerReset,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "user") {
      throw new AppError("forbidden", "Only people close a breaker again.", {
        said: { key: "onlyPeople" },
      });
    }
    const [row] = await tx.query<{ event_id: string; reset_at: Date | null }>(
      "SELECT event_id, reset_at FROM remediation_breaker WHERE tenant_id = $1 AND breaker_id = $2 FOR UPDATE",
      [tenant, input.breakerId],
    );
    if (!row) throw notFound("remediation breaker");
    if (row.reset_at) return unchanged({ outcome: "unchanged" as const });
    await tx.query(
      `UPDATE remediation_breaker SET reset_at = clock_timestamp(), reset_by_name = $3, reset_reason = $4
       WHERE tenant_id = $1 AND breaker_id = $2`,
      [tenant, input.breakerId, displayNameOf(actor), input.reason],
    );
    return audited(
      { outcome: "reset" as const },
      {
        eventId: uuidv7(),
        type: "runtime.drift.remediation-breaker-reset",
        subject: `remediation-breaker/${input.breakerId}`,
        causedBy: row.event_id,
        payload: { reason: input.reason },
      },
    );
  },
});
