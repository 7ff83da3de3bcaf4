import "server-only";
import { uuidv7 } from "uuidv7";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

interface StandingRole {
  [column: string]: unknown;
  issuer: string;
  subject: string;
  role: string;
  person_name: string;
  person_kind: string;
  is_enabled: boolean;
}

/** Every standing role of these issuers becomes an item. Gives how many. */
export async function addRoleItems(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  campaignId: string,
  issuers: readonly string[],
): Promise<number> {
  const roles = await tx.query<StandingRole>(
    `SELECT issuer, subject, role, person_name, person_kind, is_enabled FROM access_standing_role
     WHERE tenant_id = $1 AND issuer IN (SELECT unnest($2::text[]))`,
    [tenant, issuers],
  );
  const added = await tx.query(
    `INSERT INTO access_item (tenant_id, item_id, campaign_id, kind, issuer, subject, person_name, person_kind, is_enabled, what)
     SELECT $1, r.id, $2, 'role', r.issuer, r.subject, r.name, r.kind, r.is_enabled, r.role
     FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::text[])
       AS r (id, issuer, subject, name, kind, is_enabled, role)
     ON CONFLICT (tenant_id, campaign_id, issuer, subject, kind, what) DO NOTHING RETURNING item_id`,
    [
      tenant,
      campaignId,
      roles.map(() => uuidv7()),
      roles.map(({ issuer }) => issuer),
      roles.map(({ subject }) => subject),
      roles.map(({ person_name }) => person_name),
      roles.map(({ person_kind }) => person_kind),
      roles.map(({ is_enabled }) => is_enabled),
      roles.map(({ role }) => role),
    ],
  );
  return added.length;
}
