import { appErrorIn, errorBody, httpStatusOf } from "#server/platform/errors/map.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { traceIdOf, traceparentOf } from "#server/platform/telemetry/trace.ts";

/**
 * A browser stands before these routes, on its way: it goes back to the page it came from, which says
 * what happened. A form that is not ours, or a session that is over, gets the plain answer.
 */
export function stepUpFailure(error: unknown, request: Request): Response {
  const known = appErrorIn(error);
  if (known?.code === "unauthenticated") return to("/sign-in");
  if (known?.code === "unavailable" || known?.code === "rate_limited") {
    const from = URL.parse(request.headers.get("referer") ?? "");
    const isOurs =
      from?.host === request.headers.get("host") && !from?.pathname.startsWith("/api/");
    const path = isOurs && from ? from.pathname : "/";
    const query = new URLSearchParams(isOurs && from ? from.search : "");
    query.set("step-up", "unavailable");
    return to(`${path}?${query}`);
  }
  if (!known) logger.error({ err: error }, "a step-up could not be handled");
  const traceId = traceIdOf(traceparentOf(request.headers.get("traceparent")));
  return Response.json(errorBody(error, traceId), { status: httpStatusOf(error) });
}

function to(location: string): Response {
  return new Response(null, { status: 303, headers: { location, "cache-control": "no-store" } });
}
