import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { serviceOf, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { close, decide, officer, review, seen } from "../testing/review-rig.ts";
import { decideAccess } from "./decide-access.ts";

test("many are kept at once, exceptions revoked with a reason, until the close", async () => {
  const tenant = await newTenant("review");
  const campaignId = await review(tenant, { ada: ["developer", "org-admin"], bob: ["developer"] });
  const { entries } = await seen(tenant, campaignId);
  const itemIds = entries.map(({ itemId }) => itemId);
  const keep = () =>
    runVerb(decideAccess, officer(tenant), { campaignId, itemIds, decision: "keep" });
  expect(await keep()).toEqual({ decided: 3, undecided: 0 });
  expect(await keep()).toEqual({ decided: 0, undecided: 0 });
  await decide(tenant, campaignId, "bob", "revoke");
  expect(await seen(tenant, campaignId)).toMatchObject({ decided: 3, revoked: 1 });
  const events = (await eventsOf(tenant)).filter(({ type }) => type.endsWith("access.decided"));
  expect(events.map(({ payload }) => [payload.decision, payload.items.length])).toEqual([
    ["keep", 3],
    ["revoke", 1],
  ]);
  await close(tenant, campaignId);
  await expect(keep()).rejects.toMatchObject({ code: "conflict" });
});

test("nobody decides about themselves, nor without the role, nor a machine, nor about another review", async () => {
  const tenant = await newTenant("review");
  const campaignId = await review(tenant, { officer: ["security-officer"], ada: ["developer"] });
  const { entries } = await seen(tenant, campaignId);
  const itemIds = entries.map(({ itemId }) => itemId);
  const act = (who = officer(tenant), over = {}) =>
    runVerb(decideAccess, who, { campaignId, itemIds, decision: "keep", ...over });
  await expect(act()).rejects.toThrow(/nobody decides about their own access/);
  const admin = userOf(tenant, "admin", { roles: ["org-admin"] });
  await expect(act(admin)).rejects.toThrow(/answered by other roles/);
  const machine = serviceOf(tenant, "robot", "unknown", ["runtime.reviews.decide"]);
  await expect(act(machine)).rejects.toThrow(/only people review access/);
  await expect(act(officer(tenant, "second"), { decision: "revoke" })).rejects.toMatchObject({
    details: { field: "reason" },
  });
  const elsewhere = await newTenant("review");
  await expect(act(officer(elsewhere))).rejects.toMatchObject({ code: "not_found" });
  expect(await seen(tenant, campaignId)).toMatchObject({ decided: 0 });
  expect(await act(officer(tenant, "second"))).toMatchObject({ decided: 2 });
});
