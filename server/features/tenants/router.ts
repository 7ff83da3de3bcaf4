import "server-only";
import { z } from "zod";
import { withTenantSet } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import { guardAllTenants } from "#server/platform/tenancy/guard.ts";
import { readProcedure, router, sessionProcedure, verbProcedure } from "#server/trpc/init.ts";
import { currentTenant, tenantsOf } from "./queries.ts";
import { TenantView } from "./schema.ts";
import { createTenant } from "./verbs/create-tenant.ts";

export const tenantsRouter = router({
  /** The tenants of the session: what the switcher offers. */
  mine: sessionProcedure.output(z.array(TenantView)).query(async ({ ctx }) => {
    if (ctx.session.tenants.length === 0) return [];
    const tenants = guardAllTenants(ctx.session);
    return withTenantSet(tenants, (tx) => tenantsOf(tx, tenants));
  }),

  current: readProcedure("runtime.tenants.read")
    .output(TenantView)
    .query(async ({ ctx }) => {
      const tenant = await currentTenant(ctx.tx, ctx.caller.tenant);
      if (!tenant) throw notFound("tenant");
      return tenant;
    }),

  create: verbProcedure(createTenant),
});
