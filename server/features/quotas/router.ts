import "server-only";
import { withTenantSet } from "#server/platform/db/tenant-transaction.ts";
import { guardAllTenants } from "#server/platform/tenancy/guard.ts";
import { readProcedure, router } from "#server/trpc/init.ts";
import { quotas } from "./queries.ts";
import { Quotas, QuotasInput } from "./views.ts";

export const quotasRouter = router({
  /** All tenants of the session. */
  overview: readProcedure("runtime.isolation.read")
    .input(QuotasInput)
    .output(Quotas)
    .query(({ ctx, input }) => {
      const tenants = guardAllTenants(ctx.session);
      return withTenantSet(tenants, (tx) => quotas(tx, tenants, input));
    }),
});
