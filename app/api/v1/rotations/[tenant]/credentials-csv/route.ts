import { bindingsQueryOf } from "#components/rotations/rotation-url.ts";
import { apiRoute, forOthers } from "#server/features/http-api/index.ts";
import { exportResponse } from "../../export-response.ts";
import * as operations from "../../operations.ts";

export const dynamic = "force-dynamic";

/** The credentials of the dashboard's table as CSV: exactly what the same parameters show there, in its order. */
export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forOthers(operations.exportCredentials, ({ request, params, query }) =>
    exportResponse(request, params.tenant, bindingsQueryOf(query)),
  ),
);
