import "server-only";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { promotions } from "./promotion-queries.ts";
import { readsOfBinding, regionsOverview, storeStatuses } from "./queries.ts";
import { concludePromotion } from "./verbs/conclude-promotion.ts";
import { executePromotion } from "./verbs/execute-promotion.ts";
import { requestPromotion } from "./verbs/request-promotion.ts";
import { submitPromotion } from "./verbs/submit-promotion.ts";
import { tickCheck } from "./verbs/tick-check.ts";
import { withdrawPromotion } from "./verbs/withdraw-promotion.ts";
import {
  Promotions,
  ReadsOfBinding,
  ReadsOfBindingInput,
  RegionsOverview,
  StoreStatuses,
} from "./views.ts";

export const regionsRouter = router({
  overview: readProcedure("runtime.regions.read")
    .output(RegionsOverview)
    .query(({ ctx }) => regionsOverview(ctx.tx, ctx.caller.tenant)),

  promotions: readProcedure("runtime.regions.read")
    .output(Promotions)
    .query(({ ctx }) => promotions(ctx.tx, ctx.caller.tenant)),

  /** What the stores are that a tenant's credentials live in. */
  stores: readProcedure("runtime.secrets.read")
    .output(StoreStatuses)
    .query(async ({ ctx }) => ({
      asOf: await ctx.tx.startedAt(),
      stores: await storeStatuses(ctx.tx),
    })),

  /** The same for those who run the platform and see no credential. */
  storeHealth: readProcedure("runtime.health.read")
    .output(StoreStatuses)
    .query(async ({ ctx }) => ({
      asOf: await ctx.tx.startedAt(),
      stores: await storeStatuses(ctx.tx),
    })),

  readsOfBinding: readProcedure("runtime.secrets.read")
    .input(ReadsOfBindingInput)
    .output(ReadsOfBinding)
    .query(({ ctx, input }) => readsOfBinding(ctx.tx, ctx.caller.tenant, input.bindingId)),

  requestPromotion: verbProcedure(requestPromotion),
  tickCheck: verbProcedure(tickCheck),
  submitPromotion: verbProcedure(submitPromotion),
  executePromotion: verbProcedure(executePromotion),
  withdrawPromotion: verbProcedure(withdrawPromotion),
  concludePromotion: verbProcedure(concludePromotion),
});
