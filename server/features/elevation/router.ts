import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { freshProcedure, readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { activate } from "./activate.ts";
import {
  ElevationOverview,
  GrantDetail,
  Offers,
  OwnElevation,
  RequestDetail,
} from "./elevation-views.ts";
import { elevationOverview, grantDetail, offers, ownElevation, requestDetail } from "./queries.ts";
import { ActivationOutcome, ElevationRequestId, GrantId } from "./schema.ts";
import { requestElevation } from "./verbs/request-elevation.ts";
import { requestExtension } from "./verbs/request-extension.ts";
import { revokeGrant } from "./verbs/revoke-grant.ts";
import { saveElevationPolicy } from "./verbs/save-elevation-policy.ts";
import { withdrawElevation } from "./verbs/withdraw-elevation.ts";

const read = readProcedure("runtime.elevation.read");

export const elevationRouter = router({
  /** The banner's. */
  own: read
    .output(OwnElevation)
    .query(({ ctx }) => ownElevation(ctx.tx, ctx.caller.tenant, ctx.caller)),

  overview: read
    .output(ElevationOverview)
    .query(({ ctx }) => elevationOverview(ctx.tx, ctx.caller.tenant, ctx.caller)),

  byId: read
    .input(ElevationRequestId)
    .output(RequestDetail)
    .query(async ({ ctx, input }) => {
      const { caller, tx } = ctx;
      const found = await requestDetail(tx, caller.tenant, input.requestId, caller);
      if (!found) throw notFound("elevation request");
      return found;
    }),

  grant: read
    .input(GrantId)
    .output(GrantDetail)
    .query(async ({ ctx, input }) => {
      const found = await grantDetail(ctx.tx, ctx.caller.tenant, input.grantId, ctx.caller);
      if (!found) throw notFound("elevation grant");
      return found;
    }),

  offers: read.output(Offers).query(async ({ ctx }) => ({
    items: await offers(ctx.tx, ctx.caller.tenant, ctx.caller),
    asOf: await ctx.tx.startedAt(),
  })),

  request: verbProcedure(requestElevation),
  extend: verbProcedure(requestExtension),
  withdraw: verbProcedure(withdrawElevation),
  revoke: verbProcedure(revokeGrant),
  savePolicy: verbProcedure(saveElevationPolicy),

  /** The approvers' roles are read again first, outside the verb's transaction (law 10). */
  activate: freshProcedure("runtime.elevation.request")
    .input(ElevationRequestId)
    .output(ActivationOutcome)
    .mutation(({ ctx, input }) => activate(ctx.caller, input)),
});
