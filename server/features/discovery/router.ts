import "server-only";
import { readProcedure, router } from "#server/trpc/init.ts";
import { discoveryState, sightingsOf } from "./queries.ts";
import { DiscoveryState, SightingsInput, SightingsOutput } from "./schema.ts";

export const discoveryRouter = router({
  state: readProcedure("runtime.secrets.read")
    .output(DiscoveryState)
    .query(({ ctx }) => discoveryState(ctx.tx, ctx.caller.tenant)),
  sightings: readProcedure("runtime.secrets.read")
    .input(SightingsInput)
    .output(SightingsOutput)
    .query(async ({ ctx, input }) => ({
      ...(await sightingsOf(ctx.tx, ctx.caller.tenant, input.bindingId)),
      mayBind: ctx.caller.scopes.has("runtime.secrets.bind"),
    })),
});
