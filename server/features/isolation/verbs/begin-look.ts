import "server-only";
import { AppError } from "#server/platform/errors/app-error.ts";
import { unchanged, verb } from "#server/platform/verb.ts";
import { bindingsInForce } from "../binding-rows.ts";
import { BeginLookInput, LookBegun } from "../schema.ts";

/** Known secrets that are asked about: as many as make a policy for a single one visible. */
const MOST_PATHS = 500;

/**
 * Takes the tenant's turn to be looked at: one worker at a time, by a lease and a fence. Gives what is
 * declared, and the paths of the tenant's secrets.
 */
export const beginIsolationLook = verb({
  name: "isolation.beginLook",
  scope: "runtime.isolation.observe",
  input: BeginLookInput,
  output: LookBegun,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const [look] = await tx.query<{ fence: string }>(
      `INSERT INTO isolation_look AS r (tenant_id, due_at, lease_owner, lease_until, fence, started_at)
       VALUES ($1, clock_timestamp(), $2, clock_timestamp() + make_interval(secs => $3), 1, clock_timestamp())
       ON CONFLICT (tenant_id) DO UPDATE SET lease_owner = excluded.lease_owner,
         lease_until = excluded.lease_until, fence = r.fence + 1, started_at = excluded.started_at
       WHERE ($4 OR r.due_at <= clock_timestamp()) AND (r.lease_until IS NULL OR r.lease_until <= clock_timestamp())
       RETURNING fence::text`,
      [tenant, input.owner, input.leaseSeconds, input.isHastened],
    );
    if (!look) return unchanged({ begun: null });
    const bindings = await bindingsInForce(tx, tenant);
    const secrets = await tx.query<{ environment: string; path: string }>(
      `SELECT environment, path FROM secret_binding
       WHERE tenant_id = $1 AND store = 'openbao' AND retired_at IS NULL ORDER BY path LIMIT $2`,
      [tenant, MOST_PATHS],
    );
    return unchanged({
      begun: {
        fence: look.fence,
        declared: bindings.map(({ environment, version, declaration }) => ({
          environment,
          version,
          declaration,
          secretPaths: secrets.filter((s) => s.environment === environment).map((s) => s.path),
        })),
      },
    });
  },
});
