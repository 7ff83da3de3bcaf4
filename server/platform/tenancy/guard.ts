import "server-only";
import type { Caller } from "../actor.ts";
import { notFound } from "../errors/app-error.ts";
import {
  type AuthorizedTenantSet,
  mintAuthorizedTenant,
  mintAuthorizedTenantSet,
} from "./authorized-tenant.ts";
import type { SessionView } from "./session-view.ts";

export interface CallFacts {
  traceparent: string;
  requestId: string;
  idempotencyKey?: string;
}

/**
 * The tenant guard (law 1: before any authorization). The request names the tenant, the session
 * must have it; a foreign tenant answers exactly as an absent one (law 12).
 */
export function guardTenant(
  session: SessionView,
  tenantId: string | null,
  call: CallFacts,
): Caller {
  if (tenantId === null || !session.tenants.includes(tenantId)) throw notFound("tenant");
  return {
    actor: {
      kind: "user",
      issuer: session.issuer,
      subject: session.subject,
      sessionId: session.sessionId,
      displayName: session.displayName,
      roles: session.roles,
    },
    tenant: mintAuthorizedTenant(tenantId),
    scopes: session.scopes,
    ...call,
  };
}

/** Every tenant of the session, for read-only overviews. */
export function guardAllTenants(session: SessionView): AuthorizedTenantSet {
  if (session.tenants.length === 0) throw notFound("tenant");
  return mintAuthorizedTenantSet(session.tenants.map(mintAuthorizedTenant));
}
