import { apiRoute, forOthers } from "#server/features/http-api/index.ts";
import { takeFromMachine } from "#server/features/ingest/index.ts";
import { eventsAnswer } from "../../answer-events.ts";
import * as operations from "../../operations.ts";

export const dynamic = "force-dynamic";

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forOthers(operations.sendFromSourceByPath, async ({ request, params, body }) =>
    eventsAnswer(await takeFromMachine(request, params, body as Uint8Array)),
  ),
);
