import "server-only";
import type { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { unchanged, verb } from "#server/platform/verb.ts";
import { ClaimErasureInput, ErasureClaim } from "../worker-schema.ts";

/** Takes the turn of telling a sink what was erased, by lease and fence (law 2: begin). Null when it isn't due. */
export const claimErasure = verb({
  name: "delivery.claimErasure",
  scope: "runtime.delivery.execute",
  input: ClaimErasureInput,
  output: ErasureClaim,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const [known] = await tx.query<{ is_due: boolean }>(
      `SELECT e.state = 'due' AND s.state = 'active' AND e.next_attempt_at <= clock_timestamp()
         AND coalesce(e.lease_until <= clock_timestamp(), true) AS is_due
       FROM sink_erasure e JOIN sink s ON s.tenant_id = e.tenant_id AND s.sink_id = e.sink_id
       WHERE e.tenant_id = $1 AND e.erasure_id = $2 FOR UPDATE OF e`,
      [tenant, input.erasureId],
    );
    if (!known) throw notFound("sink erasure");
    if (!known.is_due) return unchanged({ work: null });
    const [row] = await tx.query<{
      fence: string;
      sink_id: string;
      act_id: string;
      config: SinkConfig;
      event_ids: string[];
      failures: number;
      destroyed_at: Date;
    }>(
      `UPDATE sink_erasure e SET fence = e.fence + 1, lease_until = clock_timestamp() + make_interval(secs => $3)
       FROM sink s, retention_act a
       WHERE e.tenant_id = $1 AND e.erasure_id = $2 AND s.tenant_id = $1 AND s.sink_id = e.sink_id
         AND a.tenant_id = $1 AND a.act_id = e.act_id
       RETURNING e.fence::text, e.sink_id, e.act_id, s.config, e.event_ids, e.failures, a.destroyed_at`,
      [tenant, input.erasureId, input.leaseSeconds],
    );
    if (!row) throw notFound("sink erasure");
    return unchanged({
      work: {
        fence: row.fence,
        sinkId: row.sink_id,
        actId: row.act_id,
        config: row.config,
        eventIds: row.event_ids,
        failures: row.failures,
        erasedAt: row.destroyed_at,
      },
    });
  },
});
