import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  activate,
  admin,
  fresh,
  grantTo,
  offer,
  officer,
  review,
  runOut,
} from "../testing/elevation-fixture.ts";
import { requestExtension } from "./request-extension.ts";
import { revokeGrant } from "./revoke-grant.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
  await offer(tenant);
});
const extend = (caller: ReturnType<typeof admin>, grantId: string, durationSeconds = 3_600) =>
  runVerb(requestExtension, caller, { grantId, durationSeconds, reason: "It takes longer" });

test("a grant is prolonged after another approval, by exactly that", async () => {
  const ada = admin(tenant, "ada");
  const grant = await grantTo(ada);
  const asked = await extend(ada, grant.grantId);
  const approver = officer(tenant);
  expect(await activate(ada, asked, [])).toMatchObject({ outcome: "blocked" });
  await review(approver, asked);
  expect(await activate(ada, asked, [fresh(approver)])).toMatchObject({
    grantId: grant.grantId,
    endsAt: new Date(grant.endsAt.getTime() + 3_600_000),
  });
});

test("two that prolong at once: one asks, the other is told; beyond the longest nobody gets", async () => {
  const ada = admin(tenant, "ada");
  const { grantId } = await grantTo(ada);
  const both = await Promise.allSettled([extend(ada, grantId), extend(ada, grantId)]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const refused = both.find((each) => each.status === "rejected");
  expect(refused?.status === "rejected" && refused.reason).toMatchObject({ code: "conflict" });
  const other = await grantTo(ada);
  await expect(extend(ada, other.grantId, 4 * 3_600)).rejects.toMatchObject({ code: "forbidden" });
  await expect(extend(officer(tenant), grantId)).rejects.toMatchObject({ code: "not_found" });
});

test("what was revoked or is over is not prolonged, also when it was approved in time", async () => {
  const ada = admin(tenant, "ada");
  const approver = officer(tenant);
  for (const end of [
    (grantId: string) => runVerb(revokeGrant, approver, { grantId, reason: "No" }),
    (grantId: string) => runOut(tenant, grantId),
  ]) {
    const { grantId } = await grantTo(ada);
    const asked = await extend(ada, grantId);
    await review(approver, asked);
    await end(grantId);
    expect(await activate(ada, asked, [fresh(approver)])).toMatchObject({
      outcome: "blocked",
      blockers: [{ code: "forbid-elevate-grant-over" }],
    });
    await expect(extend(ada, grantId)).rejects.toMatchObject({ code: "forbidden" });
  }
});
