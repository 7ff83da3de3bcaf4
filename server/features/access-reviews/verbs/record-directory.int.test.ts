import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { reviewOverview } from "../queries.ts";
import {
  issuerOf,
  observer,
  officer,
  read,
  readingOf,
  savePolicy,
  seen,
} from "../testing/review-rig.ts";
import { recordDirectory } from "./record-directory.ts";
import { startCampaign } from "./start-campaign.ts";

test("a reading replaces what was known and tells what changed; an issuer that is away changes nothing", async () => {
  const tenant = await newTenant("directory");
  const overview = () =>
    withTenant(tenant, "tenant", (tx) => reviewOverview(tx, tenant, officer(tenant)));
  expect(await read(tenant, { ada: ["developer", "org-admin"], bob: ["developer"] })).toMatchObject(
    { added: 3, removed: 0 },
  );
  expect(await read(tenant, { ada: ["developer"], bob: ["developer"] })).toMatchObject({
    added: 0,
    removed: 1,
  });
  const before = (await overview()).directory[0];
  expect(await read(tenant, null)).toEqual({ added: 0, removed: 0, seenGone: 0 });
  await read(tenant, null);
  const after = (await overview()).directory[0];
  expect(after).toMatchObject({
    readAt: before?.readAt,
    failureCode: "unreachable",
    failingSince: expect.any(Date),
    people: 2,
  });
  const reads = (await eventsOf(tenant)).filter(({ type }) => type.endsWith("directory-read"));
  // The first, the change, and that it began to fail: not that it still does.
  expect(reads.map(({ outcome }) => outcome)).toEqual(["succeeded", "succeeded", "failed"]);
  expect(reads[1]?.payload).toMatchObject({ removed: [{ subject: "ada", role: "org-admin" }] });
});

test("an issuer that was away when a review began is unknown in it, and its part follows when it is back", async () => {
  const tenant = await newTenant("directory");
  const other = { issuer: "https://idp.test/realms/catalyst-admin", realm: "catalyst-admin" };
  await read(tenant, { ada: ["developer"] }, [readingOf(tenant, null, other)]);
  await savePolicy(tenant);
  const started = await runVerb(startCampaign, officer(tenant), {});
  expect(started).toMatchObject({ items: 1, unknownSources: 1 });
  const campaignId = started.campaignId ?? "";
  expect((await seen(tenant, campaignId)).sources).toMatchObject([
    { issuer: other.issuer, readAt: null, failureCode: "unreachable" },
    { issuer: issuerOf(tenant), readAt: expect.any(Date), failureCode: null },
  ]);
  await read(tenant, { ada: ["developer"] }, [
    readingOf(tenant, { eve: ["sovereign-admin"] }, other),
  ]);
  const back = await seen(tenant, campaignId);
  expect(back).toMatchObject({ unknownSources: 0, items: 2 });
  expect(back.entries.map(({ what }) => what).sort()).toEqual(["developer", "sovereign-admin"]);
});

test("a worker that another has taken over from records nothing", async () => {
  const tenant = await newTenant("directory");
  await read(tenant, { ada: ["developer"] });
  const late = { fence: "1", nextInSeconds: 60, readings: [readingOf(tenant, {})] };
  await expect(runVerb(recordDirectory, observer(tenant), late)).rejects.toMatchObject({
    code: "stale",
  });
});
