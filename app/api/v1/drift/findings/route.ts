import { listFindings } from "#server/features/drift/index.ts";
import { apiRoute, forServices } from "#server/features/http-api/index.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import * as operations from "../operations.ts";

export const dynamic = "force-dynamic";

/** A service caller knows its own tenant and no other. */
export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forServices(operations.listDriftFindings, async ({ caller, query }) => {
    const { tenant } = caller;
    const page = await withTenant(
      tenant,
      "tenant",
      (tx) => listFindings(tx, tenant, query, [tenant]),
      { readOnly: true },
    );
    return Response.json(page);
  }),
);
