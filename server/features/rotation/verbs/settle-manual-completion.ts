import "server-only";
import { isolated } from "#server/engines/words/isolated.ts";
import { isSameIdentity } from "#server/features/approvals/index.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { lockCompletion } from "../manual/completion-rows.ts";
import { CompletionChanged, SettleCompletionInput } from "../manual/schema.ts";
import { takeEffect } from "../manual/take-effect.ts";
import { lockBinding } from "../rotation-rows.ts";
import { requestedBy } from "../writes/requested-by.ts";

/**
 * A second person confirms what the first one said was done, having looked at the evidence: another
 * human of the same realm, with one of the roles asked for. Whoever may decide can reject it, the first one too.
 */
export const settleManualCompletion = verb({
  name: "rotation.settleManual",
  scope: "runtime.approvals.decide",
  input: SettleCompletionInput,
  output: CompletionChanged,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "user")
      throw new AppError("forbidden", "Only people decide.", { said: { key: "onlyPeople" } });
    const completion = await lockCompletion(tx, tenant, input.completionId);
    if (!completion) throw notFound("manual completion");
    const { completion_id: completionId, binding_id: bindingId } = completion;
    const binding = await lockBinding(tx, tenant, bindingId);
    if (!binding) throw notFound("secret binding");
    if (completion.state !== "awaiting_confirmation") {
      throw new AppError("conflict", "This completion is decided already.", {
        said: { key: "rotation.completionDecided" },
      });
    }
    const isConfirming = input.decision === "confirm";
    if (isConfirming) {
      const { issuer, subject } = completion.completed_by;
      const first = { issuer: issuer ?? "", subject: subject ?? "" };
      if (isSameIdentity(actor, first)) {
        throw new AppError("forbidden", "Whoever did it can't confirm it.", {
          said: { key: "rotation.notOwnCompletion" },
          remedy: "Ask another person to look at the evidence.",
        });
      }
      if (actor.issuer !== first.issuer) {
        throw new AppError("forbidden", "The second person has to be of the same realm.", {
          said: { key: "rotation.sameRealm" },
        });
      }
      if (!completion.confirmers.some((role) => actor.roles.includes(role))) {
        const roles = completion.confirmers.join(" or ");
        throw new AppError("forbidden", `Confirming this takes the role ${roles}.`, {
          said: { key: "rotation.takesRole", args: { roles: isolated(roles) } },
        });
      }
    }
    const state = isConfirming ? ("confirmed" as const) : ("rejected" as const);
    await tx.query(
      `UPDATE manual_completion SET state = $3, settled_by = $4, settled_at = clock_timestamp(), settle_note = $5
       WHERE tenant_id = $1 AND completion_id = $2`,
      [tenant, completionId, state, JSON.stringify(requestedBy(actor)), input.note],
    );
    const dueAt = isConfirming
      ? await takeEffect(tx, tenant, { bindingId, performedAt: completion.performed_at })
      : completion.was_due_at;
    return audited(
      { completionId, state, dueAt },
      {
        type: `runtime.secrets.manual-rotation-${isConfirming ? "completed" : "rejected"}`,
        subject: `secret-binding/${bindingId}`,
        causedBy: completion.event_id,
        payload: {
          completionId,
          credential: binding.name,
          performedAt: completion.performed_at.toISOString(),
          dueAt: dueAt?.toISOString() ?? null,
          note: input.note,
        },
      },
    );
  },
});
