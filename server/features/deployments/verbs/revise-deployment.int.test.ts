import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  admin,
  ask,
  blockersOf,
  claimAs,
  demand,
  detail,
  developer,
  fresh,
  image,
  pipeline,
  review,
  sha,
  tend,
} from "../testing/deployment-fixture.ts";
import { reviseDeployment } from "./revise-deployment.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
  await demand(tenant);
});
const change = (deploymentId: string, version = "1.2.1") => ({
  deploymentId,
  images: [image("checkout", version)],
  configDigest: sha("checkout config 7"),
  changeRef: "checkout#413",
  reason: "The fix had a fault",
});

test("a new digest is a new revision; older approvals are stale, kept and shown", async () => {
  const asked = await ask(developer(tenant));
  await review(admin(tenant), asked);
  const revised = await runVerb(reviseDeployment, developer(tenant), change(asked.deploymentId));
  expect(revised).toMatchObject({ revision: 2, state: "requested" });
  await tend(tenant, asked.deploymentId);
  const seen = await detail(admin(tenant), asked.deploymentId);
  expect(seen).toMatchObject({
    state: "awaiting_approval",
    reviews: [{ revision: 1, notCounted: "stale", countsAs: null }],
    quorum: { missing: 1 },
    yourPart: "may-decide",
  });
  expect(seen.revisions.map(({ changeRef }) => changeRef)).toEqual([
    "checkout#412",
    "checkout#413",
  ]);
  // What was approved may not run, and the old digest may not be approved any more.
  const approvers = [fresh(tenant, "admin", "sovereign-admin")];
  const claim = await claimAs(pipeline(tenant), asked, approvers);
  expect(blockersOf(claim)).toEqual(["approvals-missing", "subject-changed"]);
  await expect(review(admin(tenant), asked)).rejects.toMatchObject({ code: "stale" });
  expect((await review(admin(tenant), revised)).state).toBe("approved");
});

test("the same again changes nothing; untrusted images, others' and ended requests are refused", async () => {
  const asked = await ask(developer(tenant));
  const { deploymentId } = asked;
  const same = await runVerb(reviseDeployment, developer(tenant), change(deploymentId, "1.2.0"));
  expect(same).toMatchObject({ revision: 1, state: "awaiting_approval" });
  const evil = { ...change(deploymentId), images: [`evil.example/x@${sha("x")}`] };
  await expect(runVerb(reviseDeployment, developer(tenant), evil)).rejects.toMatchObject({
    details: { field: "images.0" },
  });
  await expect(
    runVerb(reviseDeployment, developer(tenant, "colleague"), change(deploymentId)),
  ).rejects.toMatchObject({ code: "forbidden" });
  await expect(
    runVerb(reviseDeployment, developer(await newTenant()), change(deploymentId)),
  ).rejects.toMatchObject({ code: "not_found" });
  await review(admin(tenant), asked, "reject");
  await expect(
    runVerb(reviseDeployment, developer(tenant), change(deploymentId)),
  ).rejects.toMatchObject({ code: "conflict" });
});
