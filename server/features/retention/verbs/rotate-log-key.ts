import "server-only";
import { refuseSecondChange } from "#server/features/audit/index.ts";
import { takeFreshProof } from "#server/features/step-up/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { openAct } from "../act-rows.ts";
import { LOG_KEY_ACT, LOG_KEY_PROOF_SECONDS, logKeyDigest } from "../log-key-digest.ts";
import { ActOutcome, RotateLogKeyInput } from "../schema.ts";

/**
 * Asks for a new key that signs the log, by a second factor given just now for exactly this request. When a second person has agreed, the worker makes it and has the old one
 * hand over: both sign until the overlap ends, or the old one is revoked at once. Throws `conflict` while a change
 * is under way, and `step_up_required` without the factor.
 */
export const rotateLogKey = verb({
  name: LOG_KEY_ACT,
  scope: "runtime.keys.manage",
  input: RotateLogKeyInput,
  output: ActOutcome,
  async run(context) {
    const { tx, tenant, caller, input } = context;
    const { overlapDays, compromised, reason } = input;
    const [open] = await tx.query(
      "SELECT 1 FROM retention_act WHERE tenant_id = $1 AND kind = 'log-key' AND finished_at IS NULL",
      [tenant],
    );
    if (open) {
      throw new AppError("conflict", "A new key of the log is asked for already.", {
        said: { key: "logKey.asked" },
        remedy: "Have it decided, or withdraw its request on the page Approvals.",
      });
    }
    await refuseSecondChange(tx, tenant, { isCompromised: compromised });
    await takeFreshProof(tx, caller, {
      act: LOG_KEY_ACT,
      digest: logKeyDigest(tenant, input),
      withinSeconds: LOG_KEY_PROOF_SECONDS,
    });
    const plan = { overlapDays, compromised };
    const opened = await openAct(context, { kind: "log-key", plan, reason, asks: true });
    return audited({ actId: opened.actId, state: opened.state }, ...opened.events);
  },
});
