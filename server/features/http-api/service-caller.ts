import "server-only";
import { uuidv7 } from "uuidv7";
import {
  type AuthenticatedService,
  authenticateService,
  type ServiceIdentity,
  TokenRefusal,
} from "#server/features/identity/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { recordDenial } from "#server/platform/audit/record-denial.ts";
import type { RoleScope } from "#server/platform/authz/scopes.ts";
import { env } from "#server/platform/env/env.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { clientAddress } from "#server/platform/http/client-address.ts";
import { countCall } from "#server/platform/ratelimit/rate-limit.ts";
import { traceparentOf } from "#server/platform/telemetry/trace.ts";
import { isTenantName } from "#server/platform/tenancy/authorized-tenant.ts";
import { guardService, serviceAtHome } from "#server/platform/tenancy/guard.ts";

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{8,200}$/;

export interface AdmittedService {
  readonly caller: Caller;
  /** For the header DPoP-Nonce of the answer. */
  readonly nextNonce: string | null;
  /** The caller, checked anew: for a call that is held open. It is counted once. */
  again(): Promise<Caller>;
}

/**
 * Who calls, in the order of law 1: the token and that it is the sender's, the call counted, before a
 * change the roles as the issuer says them now (law 10), the tenant guard, the scope. `act` names the
 * call in the log when it is refused.
 */
export async function admitService(
  request: Request,
  act: string,
  { scope, counts }: { scope: RoleScope; counts?: "sender" },
): Promise<AdmittedService> {
  const { identity, nextNonce, fresh, again } = await authenticated(request, act);
  await countCall(counts ?? "principal", `${identity.issuer}|${identity.subject}`);
  const current = request.method === "GET" ? identity : await fresh();
  const caller = await admitted(request, current, act, scope);
  if (!counts) await countCall("tenant", caller.tenant);
  return {
    caller,
    nextNonce,
    again: async () => admitted(request, await again(), act, scope),
  };
}

/**
 * Guesses are counted by where they come from; a challenge for a nonce is none. A good token that comes
 * from somebody who can't show that it is his is an event in the log of whose token it is.
 */
async function authenticated(request: Request, act: string): Promise<AuthenticatedService> {
  try {
    return await authenticateService(request);
  } catch (error) {
    if (!(error instanceof TokenRefusal) || error.reason === "proof_nonce") throw error;
    await countCall("address", clientAddress(request.headers, env().TRUSTED_PROXIES));
    if (error.sentAs) {
      const { reason } = error;
      const caller = serviceAtHome(error.sentAs, callFacts(request.headers));
      await recordDenial(caller, { act, cause: "sender", detail: { reason } });
    }
    throw error;
  }
}

function callFacts(headers: Headers) {
  return { requestId: uuidv7(), traceparent: traceparentOf(headers.get("traceparent")) };
}

async function admitted(
  { headers }: Request,
  identity: ServiceIdentity,
  act: string,
  scope: RoleScope,
): Promise<Caller> {
  const tenantId = headers.get("x-tenant-id");
  const key = headers.get("idempotency-key");
  if (tenantId === null) {
    throw new AppError("invalid", "x-tenant-id: is missing", {
      field: "x-tenant-id",
      remedy: "Name the tenant of your token.",
    });
  }
  if (key !== null && !IDEMPOTENCY_KEY.test(key)) {
    throw new AppError("invalid", "Idempotency-Key: must be 8 to 200 visible ASCII characters", {
      field: "Idempotency-Key",
    });
  }
  const call = {
    ...callFacts(headers),
    ...(key === null ? {} : { idempotencyKey: key }),
  };
  let caller: Caller;
  try {
    caller = guardService(identity, tenantId, call);
  } catch (refusal) {
    await recordDenial(serviceAtHome(identity, call), {
      act,
      cause: "tenant",
      detail: isTenantName(tenantId) ? { asked: tenantId } : {},
    });
    throw refusal;
  }
  if (!caller.scopes.has(scope)) {
    await recordDenial(caller, { act, cause: "scope", detail: { scope } });
    throw new AppError("forbidden", `This needs the scope ${scope}.`, {
      remedy: "Give the client a role that has it, and ask for no fewer scopes.",
    });
  }
  return caller;
}
