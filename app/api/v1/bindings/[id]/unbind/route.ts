import { z } from "zod";
import { UnbindSecretInput } from "#server/features/rotation/bindings/schema.ts";
import { unbindSecret } from "#server/features/rotation/verbs/unbind-secret.ts";
import { parseInput, runVerb } from "#server/platform/verb.ts";
import { answering, apiCaller, jsonBody } from "../../../deployments/api-call.ts";

export const dynamic = "force-dynamic";

const Body = z.object({ reason: z.unknown() });

/** Ends the reference to a secret; `{"reason": "…"}` says why. */
export async function POST(
  request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> {
  return answering(request, async () => {
    const caller = await apiCaller(request, "rotation.unbindSecret", "runtime.secrets.bind");
    const { reason } = parseInput(Body, await jsonBody(request));
    const input = parseInput(UnbindSecretInput, { bindingId: (await params).id, reason });
    return Response.json(await runVerb(unbindSecret, caller, input));
  });
}
