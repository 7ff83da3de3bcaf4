import "server-only";
import { isSameIdentity } from "#server/features/approvals/index.ts";
import { endGrant } from "#server/features/elevation/index.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { BreakGlassEnded, UseId } from "../schema.ts";
import { findUse } from "../use-rows.ts";

/** Gives one's own break-glass back before its time. It is reviewed all the same. */
export const endBreakGlass = verb({
  name: "breakGlass.end",
  scope: "runtime.break-glass.use",
  input: UseId,
  output: BreakGlassEnded,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const use = await findUse(tx, tenant, input.useId);
    const person = use && { issuer: use.person_issuer, subject: use.person_subject };
    // Another's is as absent as none.
    if (!person || actor.kind !== "user" || !isSameIdentity(actor, person)) {
      throw notFound("break-glass use");
    }
    const output = { useId: use.use_id, isLive: false as const };
    if (use.ended_at) return unchanged(output);
    const ended = await runVouched(endGrant, context, {
      grantId: use.grant_id,
      reason: "Given back",
    });
    return audited(
      output,
      {
        type: "runtime.access.break-glass-ended",
        subject: `break-glass-use/${use.use_id}`,
        causedBy: use.use_event_id,
        payload: { grantId: use.grant_id },
      },
      ...ended.events,
    );
  },
});
