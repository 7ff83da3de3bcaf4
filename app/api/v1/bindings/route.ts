import { importBindings } from "#server/features/rotation/verbs/import-bindings.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { withLimitedBody } from "#server/platform/http/limited-body.ts";
import { runVerb } from "#server/platform/verb.ts";
import { answering, apiCaller, problemResponse } from "../deployments/api-call.ts";

export const dynamic = "force-dynamic";

const MAX_BYTES = 1_048_576;

/**
 * Binds what the body's SecretBinding documents say (YAML, or JSON, which is YAML): all or nothing.
 * The header `x-reason` says why. Problems come with line and field (RFC 9457, `problems`).
 */
export async function POST(request: Request): Promise<Response> {
  return answering(request, async () => {
    const caller = await apiCaller(request, "rotation.importBindings", "runtime.secrets.bind");
    const yaml = await (await withLimitedBody(request, MAX_BYTES)).text();
    const reason = request.headers.get("x-reason") ?? "";
    try {
      return Response.json(await runVerb(importBindings, caller, { yaml, reason }));
    } catch (error) {
      if (!(error instanceof AppError) || !Array.isArray(error.cause)) throw error;
      return problemResponse(error, request, { problems: error.cause });
    }
  });
}
