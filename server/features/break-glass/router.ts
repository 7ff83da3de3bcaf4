import "server-only";
import { ownProcedure, readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { prepareBreakGlass } from "./prepare.ts";
import { breakGlassOverview, liveBreakGlass, ownBreakGlass, useDetail } from "./queries.ts";
import {
  BreakGlassOverview,
  BreakGlassPrepared,
  BreakGlassRequest,
  LiveBreakGlass,
  OwnBreakGlass,
  UseDetail,
  UseId,
} from "./schema.ts";
import { activateBreakGlass } from "./verbs/activate-break-glass.ts";
import { declareBreakGlass } from "./verbs/declare-break-glass.ts";
import { endBreakGlass } from "./verbs/end-break-glass.ts";
import { retireBreakGlass } from "./verbs/retire-break-glass.ts";
import { reviewBreakGlass } from "./verbs/review-break-glass.ts";

export const breakGlassRouter = router({
  /** The banner's: whoever is of the tenant sees that glass is broken. */
  live: ownProcedure
    .output(LiveBreakGlass)
    .query(({ ctx }) => liveBreakGlass(ctx.tx, ctx.caller.tenant, ctx.caller)),
  overview: readProcedure("runtime.break-glass.read")
    .output(BreakGlassOverview)
    .query(({ ctx }) => breakGlassOverview(ctx.tx, ctx.caller.tenant, ctx.caller)),
  use: readProcedure("runtime.break-glass.read")
    .input(UseId)
    .output(UseDetail)
    .query(({ ctx, input }) => useDetail(ctx.tx, ctx.caller.tenant, input.useId, ctx.caller)),
  own: readProcedure("runtime.break-glass.use")
    .output(OwnBreakGlass)
    .query(({ ctx }) => ownBreakGlass(ctx.tx, ctx.caller.tenant, ctx.caller)),
  prepare: readProcedure("runtime.break-glass.use")
    .input(BreakGlassRequest)
    .output(BreakGlassPrepared)
    .query(({ ctx, input }) => prepareBreakGlass(ctx.tx, ctx.caller.tenant, input, ctx.caller)),
  declare: verbProcedure(declareBreakGlass),
  retire: verbProcedure(retireBreakGlass),
  activate: verbProcedure(activateBreakGlass),
  end: verbProcedure(endBreakGlass),
  review: verbProcedure(reviewBreakGlass),
});
