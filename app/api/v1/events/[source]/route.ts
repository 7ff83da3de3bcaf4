import { apiRoute, forOthers } from "#server/features/http-api/index.ts";
import { takeFromMachine } from "#server/features/ingest/index.ts";
import { eventsAnswer } from "../answer-events.ts";
import * as operations from "../operations.ts";

export const dynamic = "force-dynamic";

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forOthers(operations.sendFromSource, async ({ request, params, body }) => {
    const given = request.headers.get("authorization") ?? "";
    const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(given)?.[1] ?? "";
    return eventsAnswer(
      await takeFromMachine(request, { source: params.source, token }, body as Uint8Array),
    );
  }),
);
