import "server-only";
import { readProcedure, router } from "#server/trpc/init.ts";
import { platformHealth } from "./queries.ts";
import { PlatformHealth } from "./schema.ts";

export const platformRouter = router({
  health: readProcedure("runtime.health.read")
    .output(PlatformHealth)
    .query(({ ctx }) => platformHealth(ctx.tx, ctx.caller.tenant)),
});
