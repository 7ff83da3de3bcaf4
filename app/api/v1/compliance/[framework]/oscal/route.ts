import { exportOscal } from "#server/features/compliance/index.ts";
import { apiRoute, forServices } from "#server/features/http-api/index.ts";
import { runVerb } from "#server/platform/verb.ts";
import * as operations from "../../operations.ts";

export const dynamic = "force-dynamic";

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forServices(operations.readOscal, async ({ caller, params }) => {
    const { json, digest } = await runVerb(exportOscal, caller, params);
    return new Response(json, {
      headers: {
        "content-type": "application/json",
        digest: `SHA-256=${Buffer.from(digest, "hex").toString("base64")}`,
      },
    });
  }),
);
