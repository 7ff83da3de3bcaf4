import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { savePolicy } from "../testing/review-rig.ts";
import { saveReviewPolicy } from "./save-review-policy.ts";

test("a policy is saved from the version it was made from, never blindly over another's", async () => {
  const tenant = await newTenant("review");
  expect(await savePolicy(tenant)).toMatchObject({ version: 1 });
  expect(await savePolicy(tenant, { basedOn: 1, periodDays: 30 })).toMatchObject({ version: 2 });
  await expect(savePolicy(tenant, { basedOn: 1 })).rejects.toMatchObject({ code: "stale" });
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.access.review-policy-saved",
    payload: expect.objectContaining({ periodDays: 30, reason: "Agreed with compliance" }),
  });
  const developer = userOf(tenant, "dev", { roles: ["developer"] });
  await expect(runVerb(saveReviewPolicy, developer, {} as never)).rejects.toMatchObject({
    code: "forbidden",
  });
});

test.each([
  ["remindAfterDays", { remindAfterDays: [14] }],
  ["answerDays", { answerDays: 40, periodDays: 30 }],
  ["reviewerRoles", { reviewerRoles: [] }],
  // Nobody of this role could ever answer.
  ["reviewerRoles.0", { reviewerRoles: ["developer" as never] }],
])("%s is refused by name", async (field, over) => {
  const tenant = await newTenant("review");
  await expect(savePolicy(tenant, over)).rejects.toMatchObject({
    code: "invalid",
    details: { field },
  });
});
