import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { errorBody, httpStatusOf } from "#server/platform/errors/map.ts";
import { withLimitedBody } from "#server/platform/http/limited-body.ts";
import { traceIdOf, traceparentOf } from "#server/platform/telemetry/trace.ts";
import { procedureContext } from "#server/trpc/context.ts";
import { appRouter } from "#server/trpc/root.ts";

async function handle(request: Request): Promise<Response> {
  try {
    return await fetchRequestHandler({
      endpoint: "/api/trpc",
      req: await withLimitedBody(request),
      router: appRouter,
      maxBatchSize: 20,
      // Queries with long inputs come as POST; what changes something asks for more than that.
      allowMethodOverride: true,
      createContext: ({ req, info }) => procedureContext(req.headers, info.calls.length),
      responseMeta: () => ({ headers: { "cache-control": "no-store" } }),
    });
  } catch (error) {
    const traceId = traceIdOf(traceparentOf(request.headers.get("traceparent")));
    return Response.json(errorBody(error, traceId), { status: httpStatusOf(error) });
  }
}

export { handle as GET, handle as POST };
