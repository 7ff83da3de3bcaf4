import "server-only";
import { errorBody, httpStatusOf } from "#server/platform/errors/map.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { traceIdOf, traceparentOf } from "#server/platform/telemetry/trace.ts";

export const PROBLEM_TYPE = "urn:sovereign-console:problem:";

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
    type: `${PROBLEM_TYPE}${code}`,
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
