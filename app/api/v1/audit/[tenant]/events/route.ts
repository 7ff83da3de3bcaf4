import { apiRoute, forOthers } from "#server/features/http-api/index.ts";
import { exportEventsResponse } from "../../export-response.ts";
import * as operations from "../../operations.ts";

export const dynamic = "force-dynamic";

/** The events of the audit page's current filter, all of them. */
export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forOthers(operations.exportEvents, ({ request, params, query }) =>
    exportEventsResponse(request, params.tenant, { query: query.q ?? "", format: query.format }),
  ),
);
