import { apiRoute, forOthers } from "#server/features/http-api/index.ts";
import { apiDocument } from "../api-document.ts";
import * as operations from "./operations.ts";

export const dynamic = "force-dynamic";

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forOthers(operations.readDescription, async () =>
    Response.json(apiDocument(), { headers: { "cache-control": "no-cache" } }),
  ),
);
