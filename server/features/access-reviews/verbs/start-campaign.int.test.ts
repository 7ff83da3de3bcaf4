import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { issuerOf, officer, read, savePolicy, seen } from "../testing/review-rig.ts";
import { startCampaign } from "./start-campaign.ts";

const start = (tenant: Awaited<ReturnType<typeof newTenant>>) =>
  runVerb(startCampaign, officer(tenant), {});

test("a review begins over every person's every role, one at a time", async () => {
  const tenant = await newTenant("review");
  const unread = await newTenant("review");
  await savePolicy(unread);
  // An empty review would say that nobody has anything.
  await expect(start(unread)).rejects.toThrow(/has not been read yet/);
  await read(tenant, { ada: ["developer", "org-admin"], bob: ["compliance"] });
  await expect(start(tenant)).rejects.toMatchObject({ code: "conflict" });
  await savePolicy(tenant);
  const both = await Promise.allSettled([start(tenant), start(tenant)]);
  const begun = both.filter((each) => each.status === "fulfilled");
  expect(begun).toHaveLength(1);
  const { campaignId } = begun[0]?.value ?? {};
  const view = await seen(tenant, campaignId ?? "", officer(tenant, "ada"));
  expect(view).toMatchObject({ state: "open", items: 3, decided: 0, yourPart: "may-decide" });
  expect(view.entries.map(({ subject, what, isOwn }) => [subject, what, isOwn])).toEqual([
    ["ada", "developer", true],
    ["ada", "org-admin", true],
    ["bob", "compliance", false],
  ]);
  const started = (await eventsOf(tenant)).filter(({ type }) => type.endsWith("review-started"));
  expect(started).toHaveLength(1);
  expect(started[0]?.payload).toMatchObject({ sources: [{ issuer: issuerOf(tenant) }] });
});
