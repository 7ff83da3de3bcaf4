import "server-only";
import { z } from "zod";
import { AppError } from "#server/platform/errors/app-error.ts";
import { unchanged, verb } from "#server/platform/verb.ts";
import { lockAct } from "../act-rows.ts";
import { ActTask } from "../schema.ts";

/**
 * Takes an act's turn by a lease and a fence, and stores which version the root key has before the keeper is asked
 * for the next (law 2). Null when it isn't due, another worker has it, or the organization has no key yet.
 */
export const beginAct = verb({
  name: "retention.beginAct",
  scope: "runtime.retention.carry-out",
  input: z.object({ actId: z.uuid(), leaseSeconds: z.number().int().min(1).max(3_600) }),
  output: z.object({ task: ActTask.nullable() }),
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const row = await lockAct(tx, tenant, input.actId);
    const [key] = await tx.query<{ keeper: "local" | "openbao-transit"; root_version: number }>(
      "SELECT keeper, root_version FROM audit_wrap_key WHERE tenant_id = $1 AND wrapped IS NOT NULL",
      [tenant],
    );
    if (!key) return unchanged({ task: null });
    const [turn] = await tx.query<{
      fence: string;
      state: "acting" | "destroyed";
      root_before: number;
    }>(
      // A try that was cut short goes on from the version it began with.
      `UPDATE retention_act SET state = CASE WHEN state = 'due' THEN 'acting' ELSE state END, fence = fence + 1,
         attempt = attempt + 1, root_before = coalesce(root_before, $4),
         lease_until = clock_timestamp() + make_interval(secs => $3),
         due_at = clock_timestamp() + make_interval(secs => least(600, 2 ^ least(attempt, 9)))
       WHERE tenant_id = $1 AND act_id = $2 AND state IN ('due', 'acting', 'destroyed') AND due_at <= clock_timestamp()
         AND (lease_until IS NULL OR lease_until <= clock_timestamp())
       RETURNING fence::text, state, root_before`,
      [tenant, row.act_id, input.leaseSeconds, key.root_version],
    );
    if (!turn) return unchanged({ task: null });
    const { wrapped } = row.plan;
    return unchanged({
      task: {
        actId: row.act_id,
        kind: row.kind,
        fence: turn.fence,
        keeper: key.keeper,
        rootBefore: turn.root_before,
        state: turn.state,
        importWrapped: typeof wrapped === "string" ? wrapped : null,
      },
    });
  },
});
