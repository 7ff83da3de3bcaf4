import "server-only";
import { logRouter } from "#server/features/audit/log/router.ts";
import { traceparentOf } from "#server/platform/telemetry/trace.ts";
import { requestContext } from "#server/trpc/context.ts";
import { createCallerFactory } from "#server/trpc/init.ts";

const callerOf = createCallerFactory(logRouter);
type LogCaller = ReturnType<typeof callerOf>["log"];

/** Runs a read of a tenant's log for an HTTP request: session, tenant guard, scope, transaction. */
export async function logResponse(
  request: Request,
  tenant: string,
  answer: (log: LogCaller) => Promise<Response>,
): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set("x-tenant", tenant);
  headers.set("traceparent", traceparentOf(request.headers.get("traceparent")));
  return await answer(callerOf(await requestContext(headers)).log);
}
