import { expect, test } from "vitest";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { read, savePolicy, tender } from "../testing/review-rig.ts";
import { startDueCampaign } from "./start-due-campaign.ts";

test("begins when it is due and an issuer was tried, once; the next is a period away", async () => {
  const tenant = await newTenant("review");
  const due = async () =>
    (await findDueKeys<{ tenant_id: string }>("app.due_access_campaigns($1)", [100])).length;
  const start = () => runVerb(startDueCampaign, tender(tenant), {});
  await savePolicy(tenant);
  expect((await start()).campaignId).toBeNull();
  await asSuperuser(
    "UPDATE access_review_policy SET next_start_at = clock_timestamp() WHERE tenant_id = $1",
    [tenant],
  );
  // Nobody has tried to read the issuer: an empty review would say that nobody has anything.
  expect(await due()).toBe(0);
  await read(tenant, { ada: ["developer"] });
  expect(await due()).toBe(1);
  expect(await start()).toMatchObject({ campaignId: expect.any(String), items: 1 });
  expect(await due()).toBe(0);
  expect((await start()).campaignId).toBeNull();
});
