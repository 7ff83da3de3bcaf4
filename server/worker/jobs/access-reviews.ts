import "server-only";
import { startDueCampaign } from "#server/features/access-reviews/verbs/start-due-campaign.ts";
import { tendCampaign } from "#server/features/access-reviews/verbs/tend-campaign.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { carryOutRevocations } from "../access/carry-out-revocations.ts";
import { type DirectoryDependencies, readDirectories } from "../access/read-directories.ts";
import { type DueKey, eachDue } from "./each-due.ts";

const BATCH = 50;

/**
 * Everything that access reviews want of the worker, in the order in which each step feeds the next:
 * read who has which role, begin what is due, remind, and have revoked roles taken away.
 */
export async function tendAccessReviews(dependencies: DirectoryDependencies): Promise<number> {
  return (
    (await readDirectories(dependencies)) +
    (await startDueCampaigns()) +
    (await tendOpenCampaigns()) +
    (await carryOutRevocations(dependencies.identity))
  );
}

function callerFor(tenantId: string) {
  const scopes = ["runtime.reviews.tend"] as const;
  return workerCaller({ tenantId, name: "access-reviews", scopes });
}

export function startDueCampaigns(): Promise<number> {
  return eachDue<{ tenant_id: string }>("app.due_access_campaigns($1)", [BATCH], async (due) => {
    await runVerb(startDueCampaign, callerFor(due.tenant_id), {});
  });
}

export function tendOpenCampaigns(): Promise<number> {
  return eachDue<DueKey>("app.open_access_campaigns($1)", [BATCH], async (due) => {
    await runVerb(tendCampaign, callerFor(due.tenant_id), { campaignId: due.id });
  });
}
