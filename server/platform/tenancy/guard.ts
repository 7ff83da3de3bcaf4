import "server-only";
import type { Caller } from "../actor.ts";
import { env } from "../env/env.ts";
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

/**
 * The caller in the log that a refused request belongs to, never the asked-for tenant's: his only
 * tenant's, else the Sovereign's. Without any scope, so that nothing is authorized by it.
 */
export function callerAtHome(session: SessionView, call: CallFacts): Caller {
  const [only, ...more] = session.tenants;
  const home = only !== undefined && more.length === 0 ? only : env().SOVEREIGN;
  return guardTenant({ ...session, tenants: [home], scopes: new Set() }, home, call);
}

/** What a verified token says of a service caller. */
export interface ServiceCredentials {
  issuer: string;
  subject: string;
  tenants: readonly string[];
  roles: readonly string[];
  scopes: Caller["scopes"];
  human: { issuer: string; subject: string } | "unknown";
}

/** The same guard for the HTTP API: the named tenant must be one of the token's (law 12). */
export function guardService(
  credentials: ServiceCredentials,
  tenantId: string | null,
  call: CallFacts,
): Caller {
  if (tenantId === null || !credentials.tenants.includes(tenantId)) throw notFound("tenant");
  const { issuer, subject, roles, human } = credentials;
  return {
    actor: { kind: "service", issuer, subject, roles, human },
    tenant: mintAuthorizedTenant(tenantId),
    scopes: credentials.scopes,
    ...call,
  };
}

/** As `callerAtHome`, for a service caller. */
export function serviceAtHome(credentials: ServiceCredentials, call: CallFacts): Caller {
  const [only, ...more] = credentials.tenants;
  const home = only !== undefined && more.length === 0 ? only : env().SOVEREIGN;
  return guardService({ ...credentials, tenants: [home], scopes: new Set() }, home, call);
}

/** Every tenant of the session, for read-only overviews. */
export function guardAllTenants(session: SessionView): AuthorizedTenantSet {
  if (session.tenants.length === 0) throw notFound("tenant");
  return mintAuthorizedTenantSet(session.tenants.map(mintAuthorizedTenant));
}
