import "server-only";
import { uuidv7 } from "uuidv7";
import { bearerCaller } from "#server/features/identity/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { recordDenial } from "#server/platform/audit/record-denial.ts";
import type { RoleScope } from "#server/platform/authz/scopes.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { errorBody, httpStatusOf } from "#server/platform/errors/map.ts";
import { withLimitedBody } from "#server/platform/http/limited-body.ts";
import { countCall } from "#server/platform/ratelimit/rate-limit.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { traceIdOf, traceparentOf } from "#server/platform/telemetry/trace.ts";
import { isTenantName } from "#server/platform/tenancy/authorized-tenant.ts";
import { guardService, serviceAtHome } from "#server/platform/tenancy/guard.ts";

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{8,200}$/;

/**
 * Who calls, in the order of law 1: the token, the call counted, the tenant guard, the scope.
 * `act` names the call in the log when it is refused. A call that is held open is checked anew at
 * each look (`isAgain`), and counted once.
 */
export async function apiCaller(
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

/** Answers, or turns what was thrown into a problem (RFC 9457). Nothing of it may be kept. */
export async function answering(
  request: Request,
  answer: () => Promise<Response>,
): Promise<Response> {
  try {
    const response = await answer();
    response.headers.set("cache-control", "no-store");
    return response;
  } catch (error) {
    return problemResponse(error, request);
  }
}

/** RFC 9457, with our own code, field, remedy and trace id as extensions. */
export function problemResponse(
  error: unknown,
  request: Request,
  extensions: Record<string, unknown> = {},
): Response {
  const traceId = traceIdOf(traceparentOf(request.headers.get("traceparent")));
  const status = httpStatusOf(error);
  if (status >= 500) logger.error({ traceId, err: error }, "API request failed");
  const { message, code, retryAfterSeconds, ...rest } = errorBody(error, traceId);
  const problem = {
    type: `urn:sovereign-console:problem:${code}`,
    title: code.replaceAll("_", " "),
    status,
    detail: message,
    code,
    ...rest,
    ...extensions,
  };
  return new Response(JSON.stringify(problem), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
      ...(retryAfterSeconds ? { "retry-after": String(retryAfterSeconds) } : {}),
    },
  });
}

/** The body as JSON. Throws `invalid` when it is none, or too long. */
export async function jsonBody(request: Request): Promise<unknown> {
  const limited = await withLimitedBody(request);
  try {
    return await limited.json();
  } catch {
    throw new AppError("invalid", "body: is not JSON", {
      field: "body",
      remedy: "Send application/json.",
    });
  }
}
