import { setTimeout as delay } from "node:timers/promises";
import { apiRoute, forServices } from "#server/features/http-api/index.ts";
import { isUndecided, readDeployment, versionOf } from "../deployment-resource.ts";
import * as operations from "../operations.ts";

export const dynamic = "force-dynamic";

const POLL_MILLIS = 500;

/** Token, tenant and scope are looked at anew at each step of a held answer. */
export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forServices(operations.readDeployment, async ({ caller: first, again, request, ...call }) => {
    const known = request.headers.get("if-none-match");
    const until = performance.now() + call.query.wait * 1_000;
    for (let caller = first; ; caller = await again()) {
      const resource = await readDeployment(caller, call.params.id);
      const version = versionOf(resource);
      const isNews = known === null ? !isUndecided(resource) : known !== version;
      const isOver = performance.now() + POLL_MILLIS > until || request.signal.aborted;
      if (isNews || (isOver && known === null)) {
        return Response.json(resource, { headers: { etag: version } });
      }
      if (isOver) return new Response(null, { status: 304, headers: { etag: version } });
      await delay(POLL_MILLIS);
    }
  }),
);
