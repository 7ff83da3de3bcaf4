import "server-only";
import { explainRights } from "#server/engines/rights/explain-rights.ts";
import { environments } from "#server/features/deployments/index.ts";
import { elevationPolicies, liveGrants } from "#server/features/elevation/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { governance } from "#server/platform/authz/governance.ts";
import {
  GRANTABLE_SCOPES,
  PRODUCTION_SCOPES,
  ROLE_SCOPES,
  ROLES,
  SCOPES,
} from "#server/platform/authz/scopes.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { People, Rights } from "./schema.ts";

const MOST_PEOPLE = 500;

/** What the caller may do, by the roles of the session and the grants that are live now. */
export async function ownRights(tx: TenantTx, { tenant, actor }: Caller): Promise<Rights> {
  if (actor.kind !== "user") throw new Error("only people look at their own rights");
  const { issuer, subject, displayName: name, roles } = actor;
  const person = { issuer, subject, name, isYou: true, rolesReadAt: null };
  return rights(tx, tenant, person, roles);
}

/** What somebody else may do, by the roles that the identity provider last told. Throws `not_found`. */
export async function rightsOf(
  tx: TenantTx,
  { tenant, actor }: Caller,
  { issuer, subject }: { issuer: string; subject: string },
): Promise<Rights> {
  const rows = await tx.query<{
    role: string;
    name: string;
    is_enabled: boolean;
    read_at: Date | null;
  }>(
    `SELECT r.role, r.person_name AS name, r.is_enabled, d.read_at
     FROM access_standing_role r JOIN access_directory d ON d.tenant_id = r.tenant_id AND d.issuer = r.issuer
     WHERE r.tenant_id = $1 AND r.issuer = $2 AND r.subject = $3 ORDER BY r.role`,
    [tenant, issuer, subject],
  );
  const [first] = rows;
  if (!first) throw notFound("person");
  const isYou = "issuer" in actor && actor.issuer === issuer && actor.subject === subject;
  const person = { issuer, subject, name: first.name, isYou, rolesReadAt: first.read_at };
  const roles = rows.filter(({ is_enabled }) => is_enabled).map(({ role }) => role);
  return rights(tx, tenant, person, roles);
}

/** Everybody of whom the identity provider told a role here, by name. */
export async function people(tx: TenantTx, tenant: AuthorizedTenantId): Promise<People> {
  const items = await tx.query<People["items"][number]>(
    `SELECT issuer, subject, min(person_name) AS name, min(person_kind) AS kind
     FROM access_standing_role WHERE tenant_id = $1
     GROUP BY issuer, subject ORDER BY lower(min(person_name)), issuer, subject LIMIT $2`,
    [tenant, MOST_PEOPLE + 1],
  );
  return { items: items.slice(0, MOST_PEOPLE), isCut: items.length > MOST_PEOPLE };
}

async function rights(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  person: Rights["person"],
  roles: readonly string[],
): Promise<Rights> {
  const grants = await liveGrants(tx, tenant, person);
  const elevation = await elevationPolicies(tx, tenant);
  const places = await environments(tx, tenant);
  const [own] = await tx.query<{ kind: string }>("SELECT kind FROM tenant WHERE tenant_id = $1", [
    tenant,
  ]);
  const known = ROLES.filter((role) => roles.includes(role));
  return {
    asOf: await tx.startedAt(),
    person,
    roles: known,
    grants: grants.map((grant) => ({ ...grant, scopes: [...grant.scopes] })),
    rights: explainRights({
      scopes: Object.keys(SCOPES).map((scope) => ({
        scope,
        roles: ROLES.filter((role) => (ROLE_SCOPES[role] as readonly string[]).includes(scope)),
      })),
      production: PRODUCTION_SCOPES,
      placed: GRANTABLE_SCOPES,
      roles: known,
      grants,
      environments: places.map((place) => ({
        ...place,
        elevation:
          elevation.find(({ environment }) => environment === place.environment)?.spec ?? null,
      })),
      isSovereign: own?.kind === "sovereign",
      rulesByApproval: await rulesByApproval(tx, tenant),
    }) as Rights["rights"],
    governance: governance()?.name ?? null,
  };
}

/** The classes here whose rotation waits for somebody's approval, and whose. */
async function rulesByApproval(tx: TenantTx, tenant: AuthorizedTenantId) {
  const rows = await tx.query<{ class: string; roles: string[] }>(
    `SELECT DISTINCT class, rule -> 'requireApproval' AS roles FROM secret_binding
     WHERE tenant_id = $1 AND state <> 'retired' AND rule IS NOT NULL ORDER BY class`,
    [tenant],
  );
  return rows.filter(({ roles }) => Array.isArray(roles) && roles.length > 0);
}
