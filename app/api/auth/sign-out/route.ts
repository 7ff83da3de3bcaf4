import { signOut } from "#server/features/identity/index.ts";
import { errorBody, httpStatusOf } from "#server/platform/errors/map.ts";
import { traceIdOf, traceparentOf } from "#server/platform/telemetry/trace.ts";

/** The form behind "Sign out". */
export async function POST(request: Request): Promise<Response> {
  try {
    return await signOut(request);
  } catch (error) {
    const traceId = traceIdOf(traceparentOf(request.headers.get("traceparent")));
    return Response.json(errorBody(error, traceId), { status: httpStatusOf(error) });
  }
}
