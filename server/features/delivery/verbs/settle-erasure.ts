import "server-only";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { ErasureSettled, SettleErasureInput } from "../schema.ts";

/**
 * An officer says that a sink's copies of erased events were seen to by hand, and how. Throws `conflict` where the
 * sink deleted them or was told: there is nothing to settle.
 */
export const settleErasure = verb({
  name: "delivery.settleErasure",
  scope: "runtime.retention.manage",
  input: SettleErasureInput,
  output: ErasureSettled,
  async run({ tx, tenant, actor, input: { erasureId, reason } }) {
    const [row] = await tx.query<{ state: string; sink_id: string; act_id: string; name: string }>(
      `SELECT e.state, e.sink_id, e.act_id, s.name FROM sink_erasure e
       JOIN sink s ON s.tenant_id = e.tenant_id AND s.sink_id = e.sink_id
       WHERE e.tenant_id = $1 AND e.erasure_id = $2 FOR UPDATE OF e`,
      [tenant, erasureId],
    );
    if (!row) throw notFound("sink erasure");
    if (row.state === "settled") return unchanged({ isSettled: true });
    if (row.state !== "due" && row.state !== "by-hand") {
      throw new AppError("conflict", "The sink has answered: there is nothing to settle by hand.", {
        said: { key: "erasureAnswered" },
      });
    }
    await tx.query(
      `UPDATE sink_erasure SET state = 'settled', settled_at = clock_timestamp(), settled_by_name = $3,
         settled_reason = $4, lease_until = NULL WHERE tenant_id = $1 AND erasure_id = $2`,
      [tenant, erasureId, displayNameOf(actor), reason],
    );
    return audited(
      { isSettled: true },
      {
        type: "runtime.delivery.erasure-settled",
        subject: `sink/${row.sink_id}`,
        payload: { name: row.name, actId: row.act_id, before: row.state, reason },
      },
    );
  },
});
