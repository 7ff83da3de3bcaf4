import "server-only";
import { z } from "zod";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { reviewPolicy } from "../policy-rows.ts";
import { CampaignStarted } from "../schema.ts";
import { openCampaign } from "../writes/open-campaign.ts";

/** Begins a review now, ahead of its time; the next one is a period from now. */
export const startCampaign = verb({
  name: "accessReviews.start",
  scope: "runtime.reviews.manage",
  input: z.object({}),
  output: CampaignStarted,
  async run({ tx, tenant, actor }) {
    const policy = await reviewPolicy(tx, tenant, "hold");
    if (!policy) {
      throw new AppError("conflict", "Nobody has said yet how access is reviewed here.", {
        said: { key: "reviews.noPolicy" },
        remedy: "Save a policy first: who answers, and within how many days.",
      });
    }
    const known = await tx.query("SELECT 1 FROM access_directory WHERE tenant_id = $1 LIMIT 1", [
      tenant,
    ]);
    if (known.length === 0) {
      throw new AppError("conflict", "The identity provider has not been read yet.", {
        said: { key: "reviews.notReadYet" },
        remedy: "A review made now would be empty. Try again in a minute.",
      });
    }
    const opened = await openCampaign(tx, tenant, { policy, actor, trigger: "person" });
    if (!opened) {
      throw new AppError("conflict", "A review is open already.", {
        said: { key: "reviews.openAlready" },
        remedy: "Close it first; then begin another.",
      });
    }
    return audited(opened.output, opened.event);
  },
});
