import "server-only";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { campaign, campaignRecord, campaigns, reviewOverview } from "./queries.ts";
import {
  CampaignId,
  CampaignPage,
  CampaignView,
  ListCampaignsInput,
  RecordFile,
  RecordInput,
  ReviewOverview,
} from "./schema.ts";
import { closeCampaign } from "./verbs/close-campaign.ts";
import { decideAccess } from "./verbs/decide-access.ts";
import { saveReviewPolicy } from "./verbs/save-review-policy.ts";
import { startCampaign } from "./verbs/start-campaign.ts";

export const accessReviewsRouter = router({
  overview: readProcedure("runtime.reviews.read")
    .output(ReviewOverview)
    .query(({ ctx }) => reviewOverview(ctx.tx, ctx.caller.tenant, ctx.caller)),
  campaigns: readProcedure("runtime.reviews.read")
    .input(ListCampaignsInput)
    .output(CampaignPage)
    .query(({ ctx, input }) => campaigns(ctx.tx, ctx.caller.tenant, input)),
  campaign: readProcedure("runtime.reviews.read")
    .input(CampaignId)
    .output(CampaignView)
    .query(({ ctx, input }) => campaign(ctx.tx, ctx.caller.tenant, input.campaignId, ctx.caller)),
  record: readProcedure("runtime.reviews.read")
    .input(RecordInput)
    .output(RecordFile)
    .query(({ ctx, input }) => campaignRecord(ctx.tx, ctx.caller.tenant, input)),
  savePolicy: verbProcedure(saveReviewPolicy),
  decide: verbProcedure(decideAccess),
  close: verbProcedure(closeCampaign),
  start: verbProcedure(startCampaign),
});
