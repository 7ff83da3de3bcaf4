import "server-only";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { openAct } from "../act-rows.ts";
import { ActOutcome, LiftHoldInput } from "../schema.ts";

/** Asks to lift a legal hold: it holds until a second person has agreed. */
export const liftHold = verb({
  name: "retention.liftHold",
  scope: "runtime.retention.manage",
  input: LiftHoldInput,
  output: ActOutcome,
  async run(context) {
    const { tx, tenant, input } = context;
    const [hold] = await tx.query<{ case_ref: string; lifted_at: Date | null; is_asked: boolean }>(
      `SELECT case_ref, lifted_at, EXISTS (SELECT FROM retention_act a WHERE a.tenant_id = $1 AND a.kind = 'hold-lift'
         AND a.finished_at IS NULL AND a.plan ->> 'holdId' = h.hold_id::text) AS is_asked
       FROM legal_hold h WHERE tenant_id = $1 AND hold_id = $2 FOR UPDATE`,
      [tenant, input.holdId],
    );
    if (!hold) throw notFound("legal hold");
    if (hold.lifted_at) {
      throw new AppError("conflict", "This hold was lifted already.", {
        said: { key: "retention.liftedAlready" },
      });
    }
    if (hold.is_asked) {
      throw new AppError("conflict", "Lifting this hold waits for a second person already.", {
        said: { key: "retention.liftWaits" },
      });
    }
    const plan = { holdId: input.holdId, caseRef: hold.case_ref };
    const opened = await openAct(context, {
      kind: "hold-lift",
      plan,
      reason: input.reason,
      asks: true,
    });
    return audited({ actId: opened.actId, state: opened.state }, ...opened.events);
  },
});
