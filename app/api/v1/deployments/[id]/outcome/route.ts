import { reportOutcome } from "#server/features/deployments/index.ts";
import { apiRoute, forServices } from "#server/features/http-api/index.ts";
import { runVerb } from "#server/platform/verb.ts";
import * as operations from "../../operations.ts";

export const dynamic = "force-dynamic";

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forServices(operations.reportOutcome, async ({ caller, params, body }) =>
    Response.json(await runVerb(reportOutcome, caller, { deploymentId: params.id, ...body })),
  ),
);
