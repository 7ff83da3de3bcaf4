import { expect, test } from "vitest";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { review, seen, tender } from "../testing/review-rig.ts";
import { tendCampaign } from "./tend-campaign.ts";

test("reviewers are reminded once a reminder, told once that it is overdue, and nothing is decided by silence", async () => {
  const tenant = await newTenant("review");
  const campaignId = await review(tenant, { ada: ["developer"] });
  const tend = () => runVerb(tendCampaign, tender(tenant), { campaignId });
  const later = (days: number) =>
    asSuperuser(
      `UPDATE access_campaign SET started_at = started_at - make_interval(days => $2), due_at = due_at - make_interval(days => $2),
         next_act_at = next_act_at - make_interval(days => $2),
         remind_at = ARRAY(SELECT r - make_interval(days => $2) FROM unnest(remind_at) r) WHERE tenant_id = $1`,
      [tenant, days],
    );
  const isDue = async () => (await findDueKeys("app.open_access_campaigns($1)", [10])).length > 0;
  expect(await isDue()).toBe(false);
  expect(await tend()).toEqual({ outcome: "nothing" });
  await later(7);
  expect(await isDue()).toBe(true);
  expect(await tend()).toEqual({ outcome: "reminded" });
  expect(await tend()).toEqual({ outcome: "nothing" });
  expect(await isDue()).toBe(false);
  await later(7);
  expect(await isDue()).toBe(true);
  expect(await tend()).toEqual({ outcome: "overdue" });
  expect(await tend()).toEqual({ outcome: "nothing" });
  expect(await isDue()).toBe(false);
  expect(await seen(tenant, campaignId)).toMatchObject({ state: "overdue", decided: 0 });
  const alerts = (await eventsOf(tenant)).filter(({ type }) => type === "runtime.alerts.raised");
  expect(alerts.map(({ payload }) => [payload.kind, payload.severity])).toEqual([
    ["access-review-waiting", "warning"],
    ["access-review-overdue", "critical"],
  ]);
});
