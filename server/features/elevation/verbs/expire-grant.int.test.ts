import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { admin, grantTo, offer, runOut, tender } from "../testing/elevation-fixture.ts";
import { expireGrant } from "./expire-grant.ts";

test("the event of an end by the clock is written once, in the grant's own tenant", async () => {
  const tenant = await newTenant();
  await offer(tenant);
  const { grantId } = await grantTo(admin(tenant));
  await runOut(tenant, grantId);
  const foreign = tender(await newTenant());
  await expect(runVerb(expireGrant, foreign, { grantId })).rejects.toMatchObject({
    code: "not_found",
  });
  await runVerb(expireGrant, tender(tenant), { grantId });
  await runVerb(expireGrant, tender(tenant), { grantId });
  const ended = (await typesOf(tenant)).filter((type) => type === "runtime.elevation.expired");
  expect(ended).toHaveLength(1);
});
