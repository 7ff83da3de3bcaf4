import { apiRoute, forOthers } from "#server/features/http-api/index.ts";
import { logResponse } from "../../log-response.ts";
import * as operations from "../../operations.ts";

export const dynamic = "force-dynamic";

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forOthers(operations.readKeys, ({ request, params }) =>
    logResponse(request, params.tenant, async (log) =>
      Response.json(await log.keys(), { headers: { "cache-control": "no-store" } }),
    ),
  ),
);
