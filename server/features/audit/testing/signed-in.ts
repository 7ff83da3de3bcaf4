import { uuidv7 } from "uuidv7";
import { ROLE_SCOPES, type Role } from "#server/platform/authz/scopes.ts";
import { traceparentOf } from "#server/platform/telemetry/trace.ts";
import type { RequestContext } from "#server/trpc/init.ts";

/** The context of a request by somebody signed in with this role in these tenants. */
export function signedIn(
  tenants: readonly string[],
  { role = "compliance" as Role, asking = tenants[0] ?? "" } = {},
): RequestContext {
  const session = {
    sessionId: uuidv7(),
    realm: "test",
    issuer: "https://idp.test/realms/test",
    subject: `${role}-${tenants.join("-")}`,
    displayName: `A ${role}`,
    tenants,
    roles: [role],
    scopes: new Set(ROLE_SCOPES[role]),
    acr: null,
    authTime: new Date(),
  };
  return {
    headers: new Headers({ "x-tenant": asking }),
    session,
    freshSession: async () => session,
    requestId: uuidv7(),
    traceparent: traceparentOf(null),
  };
}
