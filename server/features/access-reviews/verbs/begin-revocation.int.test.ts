import { expect, test } from "vitest";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { close, decide, issuerOf, review, seen, tender } from "../testing/review-rig.ts";
import { beginRevocation } from "./begin-revocation.ts";

test("only what a closed review revoked is taken, by one worker", async () => {
  const tenant = await newTenant("review");
  const campaignId = await review(tenant, { ada: ["developer"], bob: ["developer"] });
  await decide(tenant, campaignId, "ada", "revoke");
  await decide(tenant, campaignId, "bob", "keep");
  const due = () => findDueKeys<{ id: string }>("app.due_access_revocations($1)", [10]);
  const idOf = async (subject: string) =>
    (await seen(tenant, campaignId)).entries.find((each) => each.subject === subject)?.itemId ?? "";
  const begin = async (subject: string) =>
    runVerb(beginRevocation, tender(tenant), { itemId: await idOf(subject), leaseSeconds: 60 });
  expect(await due()).toEqual([]);
  expect(await begin("ada")).toEqual({ wanted: null });
  await close(tenant, campaignId);
  expect((await due()).map(({ id }) => id)).toEqual([await idOf("ada")]);
  const wanted = { issuer: issuerOf(tenant), subject: "ada", role: "developer" };
  expect(await begin("ada")).toEqual({ wanted });
  expect(await begin("ada")).toEqual({ wanted: null });
  expect(await begin("bob")).toEqual({ wanted: null });
  expect(await due()).toEqual([]);
});
