import { apiRoute, forOthers } from "#server/features/http-api/index.ts";
import * as operations from "../../../operations.ts";
import { packResponse } from "../../../pack-response.ts";

export const dynamic = "force-dynamic";

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forOthers(operations.takeEvidencePack, ({ request, params }) =>
    packResponse(request, params.tenant, params.id),
  ),
);
