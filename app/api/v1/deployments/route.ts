import { RequestDeploymentInput, requestDeployment } from "#server/features/deployments/index.ts";
import { parseInput, runVerb } from "#server/platform/verb.ts";
import { answering, apiCaller, jsonBody } from "./api-call.ts";
import { readDeployment } from "./deployment-resource.ts";

export const dynamic = "force-dynamic";

/** Asks for a deployment. With an Idempotency-Key the same request is made once. */
export async function POST(request: Request): Promise<Response> {
  return answering(request, async () => {
    const caller = await apiCaller(request, "deployments.request", "runtime.deployments.request");
    const input = parseInput(RequestDeploymentInput, await jsonBody(request));
    const { deploymentId } = await runVerb(requestDeployment, caller, input);
    const resource = await readDeployment(caller, deploymentId);
    return Response.json(resource, {
      status: 201,
      headers: { location: `/api/v1/deployments/${deploymentId}` },
    });
  });
}
