import "server-only";
import { uuidv7 } from "uuidv7";
import { bearerCaller } from "#server/features/identity/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { recordDenial } from "#server/platform/audit/record-denial.ts";
import type { RoleScope } from "#server/platform/authz/scopes.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { countCall } from "#server/platform/ratelimit/rate-limit.ts";
import { traceparentOf } from "#server/platform/telemetry/trace.ts";
import { isTenantName } from "#server/platform/tenancy/authorized-tenant.ts";
import { guardService, serviceAtHome } from "#server/platform/tenancy/guard.ts";

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{8,200}$/;

/**
 * Who calls, in the order of law 1: the token, the call counted, the tenant guard, the scope.
 * `act` names the call in the log when it is refused. A call that is held open is checked anew at
 * each look (`isAgain`), and counted once.
 */
export async function serviceCaller(
  request: Request,
  act: string,
  scope: RoleScope,
  { isAgain = false } = {},
): Promise<Caller> {
  const { headers } = request;
  const credentials = await bearerCaller(headers);
  if (!isAgain) await countCall("principal", `${credentials.issuer}|${credentials.subject}`);
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
    requestId: uuidv7(),
    traceparent: traceparentOf(headers.get("traceparent")),
    ...(key === null ? {} : { idempotencyKey: key }),
  };
  let caller: Caller;
  try {
    caller = guardService(credentials, tenantId, call);
  } catch (refusal) {
    await recordDenial(serviceAtHome(credentials, call), {
      act,
      cause: "tenant",
      detail: isTenantName(tenantId) ? { asked: tenantId } : {},
    });
    throw refusal;
  }
  if (!isAgain) await countCall("tenant", caller.tenant);
  if (!caller.scopes.has(scope)) {
    await recordDenial(caller, { act, cause: "scope", detail: { scope } });
    throw new AppError("forbidden", `This needs the scope ${scope}.`, {
      remedy: "Give the client a role that has it.",
    });
  }
  return caller;
}
