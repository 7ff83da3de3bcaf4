import "server-only";
import type { Caller } from "#server/platform/actor.ts";
import { identityText, policyPrincipal } from "#server/platform/authz/policy-principal.ts";
import type { CedarEntity, PolicyRequest } from "#server/platform/authz/policy-request.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export interface PrincipalRow {
  [column: string]: unknown;
  principal_id: string;
  person_issuer: string;
  person_subject: string;
  person_name: string;
  environment: string;
  scopes: string[];
  max_minutes: number;
  reason: string;
  state: "declared" | "active" | "retiring" | "retired" | "refused";
  is_demo: boolean;
  approval_id: string | null;
  declared_by_name: string;
  declare_event_id: string;
  declared_at: Date;
  active_since: Date | null;
}

export const PRINCIPAL_COLUMNS = `principal_id, person_issuer, person_subject, person_name, environment, scopes,
  max_minutes, reason, state, is_demo, approval_id, declared_by_name, declare_event_id, declared_at, active_since`;

export async function findPrincipal(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  principalId: string,
): Promise<PrincipalRow | undefined> {
  const [row] = await tx.query<PrincipalRow>(
    `SELECT ${PRINCIPAL_COLUMNS} FROM break_glass_principal WHERE tenant_id = $1 AND principal_id = $2`,
    [tenant, principalId],
  );
  return row;
}

/** The declaration, locked: uses of it, and its end, come one by one. Throws `not_found`. */
export async function lockPrincipal(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  principalId: string,
): Promise<PrincipalRow> {
  // The lock first, the values after: what was read while waiting for the lock may be old.
  const locked = await tx.query(
    "SELECT 1 FROM break_glass_principal WHERE tenant_id = $1 AND principal_id = $2 FOR UPDATE",
    [tenant, principalId],
  );
  const row = locked.length > 0 ? await findPrincipal(tx, tenant, principalId) : undefined;
  if (!row) throw notFound("break-glass principal");
  return row;
}

/**
 * A declaration that is being retired still holds: it ends when a second has approved. One that was
 * made in a demo never holds in production.
 */
export function isInForce({ state, is_demo }: Pick<PrincipalRow, "state" | "is_demo">): boolean {
  if (is_demo && env().CONSOLE_MODE === "production") return false;
  return state === "active" || state === "retiring";
}

/** What Cedar judges about a declaration. */
export function breakGlassFacts(
  caller: Caller,
  row: PrincipalRow,
  context: PolicyRequest["context"],
): Omit<PolicyRequest, "action"> {
  const principal = policyPrincipal(caller);
  const uid = { type: "BreakGlassPrincipal", id: row.principal_id } as const;
  const tenant = { type: "Tenant", id: caller.tenant } as const;
  const person = {
    type: "User",
    id: identityText({ issuer: row.person_issuer, subject: row.person_subject }),
  } as const;
  const resource: CedarEntity = {
    uid,
    attrs: {
      person: { __entity: person },
      environment: row.environment,
      isInForce: isInForce(row),
    },
    parents: [tenant],
  };
  return { principal: principal.uid, resource: uid, context, entities: [principal, resource] };
}

/** The subject of an approval: what is declared, or that it is to end. */
export function approvedFields(row: PrincipalRow, act: "declare" | "retire") {
  return {
    act: `break-glass.${act}`,
    principalId: row.principal_id,
    issuer: row.person_issuer,
    subject: row.person_subject,
    environment: row.environment,
    scopes: [...row.scopes].sort(),
    maxMinutes: row.max_minutes,
  };
}

export const principalRef = (principalId: string) => `break-glass-principal/${principalId}`;
