import "server-only";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lockSink } from "../sink-rows.ts";
import { LagNoted, NoteLagInput } from "../worker-schema.ts";

/** Notes that a sink is behind for longer than is borne, or has caught up: each once. */
export const noteLag = verb({
  name: "delivery.noteLag",
  scope: "runtime.delivery.execute",
  input: NoteLagInput,
  output: LagNoted,
  async run({ tx, tenant, input: { sinkId, lagSeconds, mostSeconds } }) {
    const sink = await lockSink(tx, tenant, sinkId);
    const isBehind = sink.state === "active" && lagSeconds > mostSeconds;
    if (isBehind === (sink.lagging_since !== null))
      return unchanged({ isNew: false, name: sink.name });
    await tx.query(
      `UPDATE sink SET lagging_since = CASE WHEN $3 THEN clock_timestamp() END WHERE tenant_id = $1 AND sink_id = $2`,
      [tenant, sinkId, isBehind],
    );
    return audited(
      { isNew: isBehind, name: sink.name },
      {
        type: isBehind ? "runtime.delivery.sink-lagging" : "runtime.delivery.sink-caught-up",
        subject: `sink/${sinkId}`,
        ...(isBehind ? { outcome: "failed" as const } : {}),
        payload: { name: sink.name, lagSeconds: Math.round(lagSeconds), mostSeconds },
      },
    );
  },
});
