import "server-only";
import { auditRouter } from "#server/features/audit/router.ts";
import { tenantsRouter } from "#server/features/tenants/router.ts";
import { router } from "./init.ts";

/** One line a domain. */
export const appRouter = router({
  audit: auditRouter,
  tenants: tenantsRouter,
});

export type AppRouter = typeof appRouter;
