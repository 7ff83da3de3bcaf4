import { z } from "zod";
import { claim } from "#server/features/deployments/index.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { parseInput } from "#server/platform/verb.ts";
import { answering, apiCaller, jsonBody, problemResponse } from "../../api-call.ts";

export const dynamic = "force-dynamic";

interface Context {
  params: Promise<{ id: string }>;
}

const Body = z.object({
  subjectDigest: z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits"),
});

/** Takes an approved deployment, once. Blocked: 409 with every blocker. */
export async function POST(request: Request, { params }: Context): Promise<Response> {
  return answering(request, async () => {
    const { id } = await params;
    const caller = await apiCaller(request, "deployments.claim", "runtime.deployments.execute");
    const { subjectDigest } = parseInput(Body, await jsonBody(request));
    if (!z.uuid().safeParse(id).success) throw notFound("deployment request");
    const outcome = await claim(caller, { deploymentId: id, subjectDigest });
    if (outcome.outcome === "claimed") return Response.json(outcome);
    const { blockers, decisionId } = outcome;
    const words = blockers.map((each) => each.words).join("; ");
    const refusal = new AppError("conflict", `Blocked because: ${words}.`, {
      remedy: "Wait until nothing blocks it, then claim again.",
    });
    return problemResponse(refusal, request, { blockers, decisionId });
  });
}
