import "server-only";
import { AppError } from "#server/platform/errors/app-error.ts";
import { unchanged, verb } from "#server/platform/verb.ts";
import { BeginDriftLookInput, type DriftLook, DriftLookBegun } from "../look-schema.ts";

/**
 * Takes the tenant's turn to be compared with what is declared: one worker at a time, by a lease and a
 * fence. Gives what was looked at last, and which ignore rules are in force.
 */
export const beginDriftLook = verb({
  name: "drift.beginLook",
  scope: "runtime.drift.observe",
  input: BeginDriftLookInput,
  output: DriftLookBegun,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const [look] = await tx.query<{ fence: string; started_at: Date }>(
      `INSERT INTO drift_look AS r (tenant_id, due_at, lease_owner, lease_until, fence, started_at)
       VALUES ($1, clock_timestamp(), $2, clock_timestamp() + make_interval(secs => $3), 1, clock_timestamp())
       ON CONFLICT (tenant_id) DO UPDATE SET lease_owner = excluded.lease_owner,
         lease_until = excluded.lease_until, fence = r.fence + 1, started_at = excluded.started_at
       WHERE ($4 OR r.due_at <= clock_timestamp()) AND (r.lease_until IS NULL OR r.lease_until <= clock_timestamp())
       RETURNING fence::text, started_at`,
      [tenant, input.owner, input.leaseSeconds, input.isHastened],
    );
    if (!look) return unchanged({ begun: null });
    const [here] = await tx.query<{ kind: string }>(
      "SELECT kind FROM tenant WHERE tenant_id = $1",
      [tenant],
    );
    const clusters = await tx.query<{ cluster: string; inputsDigest: string }>(
      `SELECT cluster, encode(inputs_digest, 'hex') AS "inputsDigest" FROM drift_cluster
       WHERE tenant_id = $1 ORDER BY cluster`,
      [tenant],
    );
    const ignore = await tx.query<DriftLook["ignore"][number]>(
      `SELECT rule_id AS "ruleId", version, spec FROM drift_ignore_rule
       WHERE tenant_id = $1 AND retired_at IS NULL AND expires_at > clock_timestamp() ORDER BY rule_id`,
      [tenant],
    );
    return unchanged({
      begun: {
        fence: look.fence,
        startedAt: look.started_at,
        isSovereign: here?.kind === "sovereign",
        clusters,
        ignore,
      },
    });
  },
});
