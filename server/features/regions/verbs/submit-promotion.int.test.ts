import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import {
  ask,
  eventsOf,
  newRegions,
  observe,
  promotionOf,
  review,
  submitted,
  tickAll,
} from "../testing/region-rig.ts";
import { submitPromotion } from "./submit-promotion.ts";

test("a complete checklist goes before a sovereign-admin and a security-officer, with what is seen", async () => {
  const rig = await newRegions();
  await observe(rig, "muscat");
  const promotionId = await submitted(rig);
  const row = await promotionOf(rig, promotionId);
  expect(row.state).toBe("awaiting_approval");
  const [request] = await asSuperuser<{ subject: string; kind: string; requirement: unknown }>(
    "SELECT subject, kind, requirement FROM approval_request WHERE tenant_id = $1 AND request_id = $2",
    [rig.tenant, row.approval_id],
  );
  expect(request).toMatchObject({
    kind: "dr-promotion",
    requirement: [
      { role: "sovereign-admin", count: 1 },
      { role: "security-officer", count: 1 },
    ],
  });
  const subject = JSON.parse(request?.subject ?? "{}");
  expect(subject).toMatchObject({
    kind: "planned-switchover",
    from: { region: "muscat", state: "active", role: "primary" },
    target: { region: "salalah", state: "unknown", lag: "unknown" },
  });
  expect(subject.from.observation).toMatch(/^[0-9a-f]{64}$/);
  expect(subject.checklist).toHaveLength(6);
  expect(await eventsOf(rig, `dr-promotion/${promotionId}`)).toContain(
    "runtime.regions.promotion-submitted",
  );
});

test("what lacks evidence is named, and nothing is asked for", async () => {
  const rig = await newRegions();
  const promotionId = await ask(rig, "disaster");
  await expect(runVerb(submitPromotion, rig.operator, { promotionId })).rejects.toMatchObject({
    code: "conflict",
    message: /old-primary-lost, old-primary-fenced, lag-accepted/,
  });
  expect((await promotionOf(rig, promotionId)).approval_id).toBeNull();
});

test("it is submitted once; who asked for it does not approve it", async () => {
  const rig = await newRegions();
  const promotionId = await submitted({ ...rig, operator: rig.admin });
  await expect(runVerb(submitPromotion, rig.admin, { promotionId })).rejects.toMatchObject({
    code: "conflict",
  });
  await expect(review(rig, promotionId, rig.admin)).rejects.toMatchObject({ code: "forbidden" });
});

test("another tenant's is not found; without the scope it is forbidden; bad input names the field", async () => {
  const [rig, other] = [await newRegions(), await newRegions()];
  const promotionId = await ask(rig);
  await tickAll(rig, promotionId);
  await expect(runVerb(submitPromotion, other.operator, { promotionId })).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(runVerb(submitPromotion, rig.worker, { promotionId })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(runVerb(submitPromotion, rig.operator, { promotionId: "x" })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "promotionId" },
  });
});
