import "server-only";
import { z } from "zod";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { reviewPolicy } from "../policy-rows.ts";
import { CampaignStarted } from "../schema.ts";
import { openCampaign } from "../writes/open-campaign.ts";

const NOTHING = { campaignId: null, items: 0, unknownSources: 0 };

/** Begins the review that the tenant's policy says is due. Not due, or one open already: nothing. */
export const startDueCampaign = verb({
  name: "accessReviews.startDue",
  scope: "runtime.reviews.tend",
  input: z.object({}),
  output: CampaignStarted,
  async run({ tx, tenant, actor }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const policy = await reviewPolicy(tx, tenant, "hold");
    if (!policy?.is_enabled || !policy.is_due) return unchanged(NOTHING);
    const opened = await openCampaign(tx, tenant, { policy, actor, trigger: "schedule" });
    return opened ? audited(opened.output, opened.event) : unchanged(NOTHING);
  },
});
