import "server-only";
import { PROOF_ALGORITHMS, TokenRefusal } from "#server/features/identity/index.ts";
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
    ...(error instanceof TokenRefusal ? { reason: error.reason } : {}),
    ...rest,
    ...extensions,
  };
  return new Response(JSON.stringify(problem), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(status === 401 ? challengeOf(error) : {}),
      ...(retryAfterSeconds ? { "retry-after": String(retryAfterSeconds) } : {}),
    },
  });
}

/** RFC 9449 §7.1: which proofs are taken, and why this one was not. Codes only, nothing of the call. */
function challengeOf(error: unknown): Record<string, string> {
  if (!(error instanceof TokenRefusal)) return { "www-authenticate": "Bearer" };
  const why = error.oauthError ? ` error="${error.oauthError}",` : "";
  return {
    "www-authenticate": `DPoP${why} algs="${PROOF_ALGORITHMS.join(" ")}"`,
    ...(error.nonce ? { "dpop-nonce": error.nonce } : {}),
  };
}
