import { apiRoute, forServices, problemResponse } from "#server/features/http-api/index.ts";
import { importBindings } from "#server/features/rotation/verbs/import-bindings.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVerb } from "#server/platform/verb.ts";
import * as operations from "./operations.ts";

export const dynamic = "force-dynamic";

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forServices(operations.importBindings, async ({ caller, request, body: yaml }) => {
    const reason = request.headers.get("x-reason") ?? "";
    try {
      return Response.json(await runVerb(importBindings, caller, { yaml, reason }));
    } catch (error) {
      if (!(error instanceof AppError) || !Array.isArray(error.cause)) throw error;
      return problemResponse(error, request, { problems: error.cause });
    }
  }),
);
