import { z } from "zod";
import { ReportOutcomeInput, reportOutcome } from "#server/features/deployments/index.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import { parseInput, runVerb } from "#server/platform/verb.ts";
import { answering, apiCaller, jsonBody } from "../../api-call.ts";

export const dynamic = "force-dynamic";

interface Context {
  params: Promise<{ id: string }>;
}

const Body = ReportOutcomeInput.omit({ deploymentId: true });

/** Reports how a claimed deployment went; success writes what runs. */
export async function POST(request: Request, { params }: Context): Promise<Response> {
  return answering(request, async () => {
    const { id } = await params;
    const caller = await apiCaller(
      request,
      "deployments.reportOutcome",
      "runtime.deployments.execute",
    );
    const report = parseInput(Body, await jsonBody(request));
    if (!z.uuid().safeParse(id).success) throw notFound("deployment request");
    return Response.json(await runVerb(reportOutcome, caller, { deploymentId: id, ...report }));
  });
}
