import { requestDeployment } from "#server/features/deployments/index.ts";
import { apiRoute, forServices } from "#server/features/http-api/index.ts";
import { runVerb } from "#server/platform/verb.ts";
import { readDeployment } from "./deployment-resource.ts";
import * as operations from "./operations.ts";

export const dynamic = "force-dynamic";

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forServices(operations.requestDeployment, async ({ caller, body }) => {
    const { deploymentId } = await runVerb(requestDeployment, caller, body);
    const resource = await readDeployment(caller, deploymentId);
    return Response.json(resource, {
      status: 201,
      headers: { location: `/api/v1/deployments/${deploymentId}` },
    });
  }),
);
