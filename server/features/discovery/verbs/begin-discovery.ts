import "server-only";
import { targetsHere } from "#server/features/rotation-targets/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { unchanged, verb } from "#server/platform/verb.ts";
import { BeginDiscoveryInput, DiscoveryBegun, type DiscoveryTarget } from "../schema.ts";

/**
 * Takes the tenant's turn to look for secrets: one worker at a time, by a lease and a fence. It says
 * nothing of the tenant's secrets; what was found is told by the record.
 */
export const beginDiscovery = verb({
  name: "discovery.begin",
  scope: "runtime.secrets.discover",
  input: BeginDiscoveryInput,
  output: DiscoveryBegun,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const [run] = await tx.query<{ fence: string }>(
      `INSERT INTO discovery_run AS r (tenant_id, due_at, lease_owner, lease_until, fence, started_at)
       VALUES ($1, clock_timestamp(), $2, clock_timestamp() + make_interval(secs => $3), 1, clock_timestamp())
       ON CONFLICT (tenant_id) DO UPDATE SET lease_owner = excluded.lease_owner,
         lease_until = excluded.lease_until, fence = r.fence + 1, started_at = excluded.started_at,
         noted_unmanaged = 0, noted_missing = 0, noted_back = 0
       WHERE r.due_at <= clock_timestamp() AND (r.lease_until IS NULL OR r.lease_until <= clock_timestamp())
       RETURNING fence::text`,
      [tenant, input.owner, input.leaseSeconds],
    );
    if (!run) return unchanged({ begun: null });
    const targets = (await targetsHere(tx)).flatMap(({ address }): DiscoveryTarget[] => {
      if (address.kind !== "openbao" && address.kind !== "azure-key-vault") return [];
      return [{ ...address, prefix: address.prefix.replaceAll("{tenant}", tenant) }];
    });
    return unchanged({ begun: { fence: run.fence, targets } });
  },
});
