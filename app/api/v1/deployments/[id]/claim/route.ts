import { claim } from "#server/features/deployments/index.ts";
import { apiRoute, forServices, problemResponse } from "#server/features/http-api/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import * as operations from "../../operations.ts";

export const dynamic = "force-dynamic";

/** Blocked: 409 with every blocker. */
export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forServices(operations.claimDeployment, async ({ caller, params, body, request }) => {
    const outcome = await claim(caller, { deploymentId: params.id, ...body });
    if (outcome.outcome === "claimed") return Response.json(outcome);
    const { blockers, decisionId } = outcome;
    const words = blockers.map((each) => each.words).join("; ");
    const refusal = new AppError("conflict", `Blocked because: ${words}.`, {
      remedy: "Wait until nothing blocks it, then claim again.",
    });
    return problemResponse(refusal, request, { blockers, decisionId });
  }),
);
