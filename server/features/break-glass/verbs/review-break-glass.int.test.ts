import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { breakGlass, declared, fireman, officer, runOut } from "../testing/glass-rig.ts";
import { reviewBreakGlass } from "./review-break-glass.ts";

test("somebody else reviews it, once, after it has ended, in words", async () => {
  const tenant = await newTenant("glass");
  const { useId, grantId } = await breakGlass(fireman(tenant), await declared(tenant));
  const review = (who = officer(tenant), text = "Two rotations too many") =>
    runVerb(reviewBreakGlass, who, { useId, verdict: "not-justified", text });
  await expect(review()).rejects.toMatchObject({ code: "conflict" });
  await runOut(tenant, grantId);
  const own = userOf(tenant, "fireman", { roles: ["security-officer"] });
  await expect(review(own)).rejects.toThrow(/whoever broke glass does not review it/);
  await expect(review(officer(tenant), "no")).rejects.toMatchObject({ details: { field: "text" } });
  await expect(review(officer(await newTenant("glass")))).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await review()).toEqual({ useId, verdict: "not-justified" });
  await expect(review()).rejects.toMatchObject({ code: "conflict" });
  const event = (await eventsOf(tenant)).find(({ type }) => type.endsWith("break-glass-reviewed"));
  expect(event?.payload).toMatchObject({
    verdict: "not-justified",
    text: "Two rotations too many",
  });
});
