import "server-only";
import type { VerbContext } from "#server/platform/verb.ts";
import type { BindingRow } from "../rotation-rows.ts";
import type { Rotator } from "../schema.ts";

/** The login that leaked: what its rotation found in use, or the one in use while there is none. */
export async function leakedRole(
  { tx, tenant }: VerbContext<unknown>,
  rotationId: string | null,
  rotator: Rotator,
): Promise<string | null> {
  if (rotator.kind !== "postgres-dual-user") return null;
  const [row] = await tx.query<{ role: string | null }>(
    "SELECT old_handle ->> 'role' AS role FROM rotation WHERE tenant_id = $1 AND rotation_id = $2",
    [tenant, rotationId],
  );
  return row?.role ?? rotator.activeRole;
}

/** Every lease of the credential that the ledger knows: by whom, from when to when. */
export async function leasesOf({ tx, tenant }: VerbContext<unknown>, binding: BindingRow) {
  const rows = await tx.query<{ workload: string; username: string | null; state: string } & Times>(
    `SELECT workload, username, state, coalesce(issued_at, requested_at) AS since, ended_at
     FROM secret_lease WHERE tenant_id = $1 AND binding_id = $2 ORDER BY lease_id DESC LIMIT 500`,
    [tenant, binding.binding_id],
  );
  if (rows.length === 0 && binding.class !== "dynamic-database-credential") return null;
  return rows.map(({ workload, username, state, since, ended_at: ended }) => ({
    name: workload,
    detail: `${username ?? "no login"}: ${state}, ${since.toISOString()} to ${ended?.toISOString() ?? "now"}`,
  }));
}

interface Times {
  since: Date;
  ended_at: Date | null;
}
