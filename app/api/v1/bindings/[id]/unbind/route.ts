import { apiRoute, forServices } from "#server/features/http-api/index.ts";
import { unbindSecret } from "#server/features/rotation/verbs/unbind-secret.ts";
import { runVerb } from "#server/platform/verb.ts";
import * as operations from "../../operations.ts";

export const dynamic = "force-dynamic";

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forServices(operations.unbindSecret, async ({ caller, params, body }) =>
    Response.json(await runVerb(unbindSecret, caller, { bindingId: params.id, ...body })),
  ),
);
