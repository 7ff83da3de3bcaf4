import "server-only";
import { uuidv7 } from "uuidv7";
import type { Caller } from "./actor.ts";
import { SCOPES, type Scope, WORKER_SCOPES } from "./authz/scopes.ts";
import { traceparentOf } from "./telemetry/trace.ts";
import { mintAuthorizedTenant } from "./tenancy/authorized-tenant.ts";

const EVERY_SCOPE = [...Object.keys(SCOPES), ...Object.keys(WORKER_SCOPES)] as Scope[];

/**
 * The console itself as a caller, with every scope: for bootstrap and seeds, which run before
 * anybody can sign in. `tenant` comes from configuration, never from a request.
 */
export function systemCaller(tenant: string, component: string): Caller {
  return {
    actor: { kind: "system", component },
    tenant: mintAuthorizedTenant(tenant),
    scopes: new Set(EVERY_SCOPE),
    traceparent: traceparentOf(null),
    requestId: uuidv7(),
  };
}
