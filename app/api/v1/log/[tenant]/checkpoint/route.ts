import { apiRoute, forOthers } from "#server/features/http-api/index.ts";
import { logResponse } from "../../log-response.ts";
import * as operations from "../../operations.ts";

export const dynamic = "force-dynamic";

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forOthers(operations.readCheckpoint, ({ request, params }) =>
    logResponse(request, params.tenant, async (log) => {
      return new Response(await log.checkpoint(), {
        headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
      });
    }),
  ),
);
