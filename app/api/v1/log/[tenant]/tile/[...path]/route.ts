import { apiRoute, forOthers } from "#server/features/http-api/index.ts";
import { logResponse } from "../../../log-response.ts";
import * as operations from "../../../operations.ts";

export const dynamic = "force-dynamic";

/** For the reader's own cache only: the next person behind a shared one may not see this tenant. */
const IMMUTABLE = "private, max-age=31536000, immutable";

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forOthers(operations.readTile, ({ request, params }) =>
    logResponse(request, params.tenant, async (log) => {
      const path = [params.path].flat();
      const tile = await log.tile({ path: ["tile", ...path].join("/") });
      return new Response(Buffer.from(tile), {
        headers: {
          "content-type": "application/octet-stream",
          "cache-control": path.some((part) => part.endsWith(".p")) ? "no-store" : IMMUTABLE,
          vary: "Cookie",
        },
      });
    }),
  ),
);
