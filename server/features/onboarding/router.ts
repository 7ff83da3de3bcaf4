import "server-only";
import { z } from "zod";
import { identityConfig } from "#server/features/identity/index.ts";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { exportChunk, lifecycleDetail, planPreview, tenantLives } from "./queries.ts";
import { LifecycleId, TenantPlanInput } from "./schema.ts";
import { cancelLifecycle } from "./verbs/cancel-lifecycle.ts";
import { offboardTenant } from "./verbs/offboard-tenant.ts";
import { onboardTenant } from "./verbs/onboard-tenant.ts";
import { retryLifecycle } from "./verbs/retry-lifecycle.ts";
import { takeExport } from "./verbs/take-export.ts";
import { ExportChunk, LifecycleDetail, PlanPreview, TenantLives } from "./views.ts";

/** How tenants come and go: the Sovereign's own context has something to see, others have not. */
export const onboardingRouter = router({
  tenants: readProcedure("runtime.tenants.read")
    .output(TenantLives)
    .query(async ({ ctx }) => {
      const lives = await tenantLives(ctx.tx, ctx.caller.tenant);
      const realms = identityConfig().realms.filter(({ binding }) => binding.kind === "tenant");
      return {
        ...lives,
        realms: lives.isSovereign
          ? realms.map(({ realm, displayName }) => ({ realm, displayName }))
          : [],
      };
    }),
  lifecycle: readProcedure("runtime.tenants.read")
    .input(LifecycleId)
    .output(LifecycleDetail)
    .query(({ ctx, input }) => lifecycleDetail(ctx.tx, ctx.caller.tenant, input.lifecycleId)),
  preview: readProcedure("runtime.tenants.onboard")
    .input(z.object({ plan: TenantPlanInput }))
    .output(PlanPreview)
    .query(({ ctx, input }) =>
      planPreview(
        ctx.tx,
        input.plan,
        identityConfig().realms.map(({ realm, binding }) => ({
          realm,
          tenant: binding.kind === "tenant" ? binding.tenant : null,
        })),
      ),
    ),
  exportChunk: readProcedure("runtime.tenants.export")
    .input(LifecycleId.extend({ chunkNo: z.number().int().min(0).max(100_000) }))
    .output(ExportChunk)
    .query(({ ctx, input }) => exportChunk(ctx.tx, ctx.caller.tenant, input)),
  onboard: verbProcedure(onboardTenant),
  offboard: verbProcedure(offboardTenant),
  cancel: verbProcedure(cancelLifecycle),
  retry: verbProcedure(retryLifecycle),
  takeExport: verbProcedure(takeExport),
});
