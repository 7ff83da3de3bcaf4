import "server-only";
import { createHash } from "node:crypto";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { openAct } from "../act-rows.ts";
import { ActOutcome, RenewKeyInput } from "../schema.ts";

/**
 * Has the root key of the organization's audit log rotated, or replaced by one of its own. The worker does it, wraps
 * all data keys anew and destroys the version before.
 */
export const renewKey = verb({
  name: "retention.renewKey",
  scope: "runtime.keys.manage",
  input: RenewKeyInput,
  output: ActOutcome,
  async run(context) {
    const { tx, tenant, input } = context;
    const [open] = await tx.query(
      `SELECT 1 FROM retention_act WHERE tenant_id = $1 AND kind IN ('key-rotation', 'key-import') AND finished_at IS NULL`,
      [tenant],
    );
    if (open) {
      throw new AppError("conflict", "A change of the key is under way already.", {
        said: { key: "retention.keyUnderWay" },
      });
    }
    const { wrapped, reason } = input;
    const digest = wrapped ? createHash("sha256").update(wrapped).digest("hex") : null;
    const opened = await openAct(context, {
      kind: wrapped ? "key-import" : "key-rotation",
      // Wrapped for the keeper alone: nobody else can open it, and it is dropped once it is used.
      plan: wrapped ? { wrapped, digest } : {},
      reason,
      asks: false,
    });
    const [requested, ...more] = opened.events;
    const payload = { reason, ...(digest ? { digest } : {}) };
    return audited(
      { actId: opened.actId, state: opened.state },
      { ...requested, payload },
      ...more,
    );
  },
});
