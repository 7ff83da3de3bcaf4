import "server-only";
import { z } from "zod";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";

export const TenantStopped = z.object({
  credentials: z.number(),
  grants: z.number(),
  /** What still acts: rotations that a worker has, and grants that are still projected elsewhere. */
  busyRotations: z.number(),
  projections: z.number(),
  unfinishedRotations: z.number(),
});

/**
 * In the tenant that is being offboarded: no rotation starts any more, and every grant of elevation is
 * revoked. Doing it again ends what came in between.
 */
export const stopTenant = verb({
  name: "onboarding.stopTenant",
  scope: "runtime.tenants.carry-out",
  input: z.object({}),
  output: TenantStopped,
  async run({ tx, tenant, actor }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const credentials = await tx.query(
      `UPDATE secret_binding SET state = 'retired', retired_at = clock_timestamp(), next_rotation_at = NULL,
         updated_at = clock_timestamp()
       WHERE tenant_id = $1 AND retired_at IS NULL RETURNING binding_id`,
      [tenant],
    );
    const grants = await tx.query(
      `UPDATE elevation_grant SET state = 'revoked', revoked_at = clock_timestamp(),
         revoked_by_name = 'worker:onboarding', revoke_reason = 'The organization is offboarded.'
       WHERE tenant_id = $1 AND state = 'granted' AND ends_at > clock_timestamp() RETURNING grant_id`,
      [tenant],
    );
    await tx.query(
      `UPDATE elevation_projection SET state = 'revoking', due_at = clock_timestamp()
       WHERE tenant_id = $1 AND state IN ('wanted', 'projecting', 'projected')`,
      [tenant],
    );
    const [left] = await tx.query<{ busy: number; unfinished: number; projections: number }>(
      `SELECT (SELECT count(*)::int FROM rotation WHERE tenant_id = $1 AND finished_at IS NULL
           AND lease_until > clock_timestamp()) AS busy,
         (SELECT count(*)::int FROM rotation WHERE tenant_id = $1 AND finished_at IS NULL) AS unfinished,
         (SELECT count(*)::int FROM elevation_projection WHERE tenant_id = $1 AND state <> 'gone') AS projections`,
      [tenant],
    );
    const output = {
      credentials: credentials.length,
      grants: grants.length,
      busyRotations: left?.busy ?? 0,
      projections: left?.projections ?? 0,
      unfinishedRotations: left?.unfinished ?? 0,
    };
    if (credentials.length + grants.length === 0) return unchanged(output);
    return audited(output, {
      type: "runtime.tenants.stopped",
      subject: `tenant/${tenant}`,
      payload: output,
    });
  },
});
