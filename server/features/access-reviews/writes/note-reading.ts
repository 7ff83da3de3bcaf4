import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { DirectoryReading } from "../directory-schema.ts";

interface RoleRow {
  [column: string]: unknown;
  subject: string;
  role: string;
}

/** How many changes an event names at most; the counts are always whole. */
const MOST_TOLD = 200;

/** Notes one issuer's reading; a failed one leaves roles and the time of the last reading as they are. */
export async function noteReading(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  reading: DirectoryReading,
) {
  const { issuer, failure } = reading;
  const [before] = await tx.query<{
    failure_code: string | null;
    read_at: Date | null;
    tried_at: Date;
  }>(
    "SELECT failure_code, read_at, tried_at FROM access_directory WHERE tenant_id = $1 AND issuer = $2 FOR UPDATE",
    [tenant, issuer],
  );
  await tx.query(
    `INSERT INTO access_directory AS d (tenant_id, issuer, realm, tried_at, read_at, failing_since, failure_code,
       people, removes_roles, administrator)
     SELECT $1, $2, $3, now, CASE WHEN $4::text IS NULL THEN now END, CASE WHEN $4 IS NOT NULL THEN now END, $4, $5, $6, $7
     FROM clock_timestamp() AS now
     ON CONFLICT (tenant_id, issuer) DO UPDATE SET realm = excluded.realm, tried_at = excluded.tried_at,
       read_at = coalesce(excluded.read_at, d.read_at),
       failing_since = CASE WHEN excluded.failure_code IS NOT NULL THEN coalesce(d.failing_since, excluded.failing_since) END,
       failure_code = excluded.failure_code,
       people = CASE WHEN excluded.failure_code IS NULL THEN excluded.people ELSE d.people END,
       removes_roles = excluded.removes_roles, administrator = excluded.administrator`,
    [
      tenant,
      issuer,
      reading.realm,
      failure,
      reading.people.length,
      reading.removesRoles,
      reading.administrator,
    ],
  );
  if (failure) {
    const isNews = before?.failure_code !== failure;
    return { added: [], removed: [], isNews, told: {}, triedBefore: null };
  }
  const { added, removed } = await replaceRoles(tx, tenant, reading);
  const told = {
    added: added.slice(0, MOST_TOLD).map(named),
    removed: removed.slice(0, MOST_TOLD).map(named),
    addedCount: added.length,
    removedCount: removed.length,
  };
  const isNews = !before?.read_at || before.failure_code !== null;
  return {
    added,
    removed,
    isNews: isNews || added.length + removed.length > 0,
    told,
    triedBefore: before?.tried_at ?? null,
  };
}

const named = ({ subject, role }: RoleRow) => ({ subject, role });

async function replaceRoles(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { issuer, people }: DirectoryReading,
): Promise<{ added: RoleRow[]; removed: RoleRow[] }> {
  const lines = people.flatMap((person) => person.roles.map((role) => ({ ...person, role })));
  const subjects = lines.map(({ subject }) => subject);
  const roles = lines.map(({ role }) => role);
  const removed = await tx.query<RoleRow>(
    `DELETE FROM access_standing_role s WHERE s.tenant_id = $1 AND s.issuer = $2
       AND NOT EXISTS (SELECT FROM unnest($3::text[], $4::text[]) AS r (subject, role)
         WHERE r.subject = s.subject AND r.role = s.role)
     RETURNING s.subject, s.role`,
    [tenant, issuer, subjects, roles],
  );
  const written = await tx.query<RoleRow & { is_new: boolean }>(
    `INSERT INTO access_standing_role AS s (tenant_id, issuer, subject, role, person_name, person_kind, is_enabled, first_seen_at)
     SELECT $1, $2, r.subject, r.role, r.name, r.kind, r.is_enabled, clock_timestamp()
     FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[]) AS r (subject, role, name, kind, is_enabled)
     ON CONFLICT (tenant_id, issuer, subject, role) DO UPDATE SET person_name = excluded.person_name,
       person_kind = excluded.person_kind, is_enabled = excluded.is_enabled
     WHERE (s.person_name, s.person_kind, s.is_enabled)
       IS DISTINCT FROM (excluded.person_name, excluded.person_kind, excluded.is_enabled)
     RETURNING s.subject, s.role, s.xmax = 0 AS is_new`,
    [
      tenant,
      issuer,
      subjects,
      roles,
      lines.map(({ name }) => name),
      lines.map(({ kind }) => kind),
      lines.map(({ isEnabled }) => isEnabled),
    ],
  );
  return { added: written.filter(({ is_new }) => is_new), removed };
}
