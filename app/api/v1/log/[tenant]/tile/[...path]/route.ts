import { createHash } from "node:crypto";
import { apiRoute, forOthers } from "#server/features/http-api/index.ts";
import { byteRange, hasAlready } from "../../../../byte-range.ts";
import { logResponse } from "../../../log-response.ts";
import * as operations from "../../../operations.ts";

export const dynamic = "force-dynamic";

/** For the reader's own cache only: the next person behind a shared one may not see this tenant. */
const IMMUTABLE = "private, max-age=31536000, immutable";

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forOthers(operations.readTile, ({ request, params }) =>
    logResponse(request, params.tenant, async (log) => {
      const path = [params.path].flat();
      const tile = Buffer.from(await log.tile({ path: ["tile", ...path].join("/") }));
      const etag = `"${createHash("sha256").update(tile).digest("base64url")}"`;
      const headers = {
        etag,
        "accept-ranges": "bytes",
        "cache-control": path.some((part) => part.endsWith(".p")) ? "no-store" : IMMUTABLE,
        vary: "Cookie",
      };
      if (hasAlready(request.headers, etag)) return new Response(null, { status: 304, headers });
      const range = byteRange(request.headers, tile.length, etag);
      if (range === "unsatisfiable") {
        const size = { "content-range": `bytes */${tile.length}` };
        return new Response(null, { status: 416, headers: { ...headers, ...size } });
      }
      const type = { "content-type": "application/octet-stream" };
      if (range === "whole") return new Response(tile, { headers: { ...headers, ...type } });
      const { start, end } = range;
      return new Response(tile.subarray(start, end), {
        status: 206,
        headers: {
          ...headers,
          ...type,
          "content-range": `bytes ${start}-${end - 1}/${tile.length}`,
        },
      });
    }),
  ),
);
