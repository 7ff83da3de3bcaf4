import { apiRoute, forServices } from "#server/features/http-api/index.ts";
import { reportConsumer } from "#server/features/rotation/verbs/report-consumer.ts";
import { runVerb } from "#server/platform/verb.ts";
import * as operations from "../operations.ts";

export const dynamic = "force-dynamic";

/** Nothing but references is accepted: see docs/adr/0013. */
export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forServices(operations.reportConsumer, async ({ caller, body }) =>
    Response.json(await runVerb(reportConsumer, caller, body), { status: 201 }),
  ),
);
