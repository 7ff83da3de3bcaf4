import { attachEvidence } from "#server/features/deployments/index.ts";
import { apiRoute, forServices } from "#server/features/http-api/index.ts";
import { runVerb } from "#server/platform/verb.ts";
import * as operations from "../../operations.ts";

export const dynamic = "force-dynamic";

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forServices(operations.attachEvidence, async ({ caller, params, query, body }) => {
    const input = { deploymentId: params.id, kind: query.kind, body };
    const attached = await runVerb(attachEvidence, caller, input);
    return Response.json(attached, { status: attached.outcome === "attached" ? 201 : 200 });
  }),
);
