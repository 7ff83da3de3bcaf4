import "server-only";
import { auditRouter } from "#server/features/audit/router.ts";
import { rotationRouter } from "#server/features/rotation/router.ts";
import { tenantsRouter } from "#server/features/tenants/router.ts";
import { router } from "./init.ts";

/** One line a domain. */
export const appRouter = router({
  audit: auditRouter,
  rotation: rotationRouter,
  tenants: tenantsRouter,
});

export type AppRouter = typeof appRouter;
