import "server-only";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { VersionsOutput } from "./versions-schema.ts";

/** Rotations that are looked at, the newest first. */
const NEWEST = 200;

interface PromotedRow {
  [column: string]: unknown;
  rotation_id: string;
  version: number | null;
  old_version: number | null;
  promoted_at: Date;
  dead_at: Date | null;
  /** The old value was taken back, so the new one is the one that ended. */
  is_taken_back: boolean;
}

/**
 * The versions of a credential's value as our own rotations made and ended them: numbers and times,
 * newest first. What was there before the first rotation has no time of making. Throws `not_found`.
 */
export async function bindingVersions(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
): Promise<z.input<typeof VersionsOutput>> {
  const [binding] = await tx.query<{
    current_version: number | null;
    last_rotated_at: Date | null;
  }>(
    "SELECT current_version, last_rotated_at FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2",
    [tenant, bindingId],
  );
  if (!binding) throw notFound("secret binding");
  const promoted = await tx.query<PromotedRow>(
    `SELECT r.rotation_id, (r.new_handle ->> 'version')::int AS version, (r.old_handle ->> 'version')::int AS old_version,
       made.at AS promoted_at, dead.at AS dead_at, r.state = 'rolled_back' AS is_taken_back
     FROM rotation r
     JOIN rotation_step made ON made.tenant_id = $1 AND made.rotation_id = r.rotation_id AND made.state_to = 'promoted'
     LEFT JOIN LATERAL (SELECT at FROM rotation_step s WHERE s.tenant_id = $1 AND s.rotation_id = r.rotation_id
       AND s.state_to IN ('verified_dead', 'rolled_back') ORDER BY step_no DESC LIMIT 1) dead ON true
     WHERE r.tenant_id = $1 AND r.binding_id = $2 ORDER BY made.at DESC LIMIT ${NEWEST}`,
    [tenant, bindingId],
  );
  const current = binding.current_version;
  const versions = new Map<
    number,
    { madeAt: Date | null; endedAt: Date | null; rotationId: string | null }
  >();
  const of = (version: number) => {
    const known = versions.get(version) ?? { madeAt: null, endedAt: null, rotationId: null };
    versions.set(version, known);
    return known;
  };
  // Oldest first: what a later rotation says of a version is what holds.
  for (const row of promoted.toReversed()) {
    if (row.version !== null) {
      Object.assign(of(row.version), { madeAt: row.promoted_at, rotationId: row.rotation_id });
    }
    const ended = row.is_taken_back ? row.version : row.old_version;
    if (ended !== null) of(ended).endedAt = row.dead_at;
  }
  if (current !== null) {
    const now = of(current);
    now.endedAt = null;
    now.madeAt ??= binding.last_rotated_at;
  }
  return {
    asOf: await tx.startedAt(),
    versions: [...versions]
      .sort(([one], [other]) => other - one)
      .map(([version, known]) => ({ version, isCurrent: version === current, ...known })),
  };
}
