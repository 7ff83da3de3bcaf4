import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  admin,
  ask,
  demand,
  detail,
  developer,
  ONE_ADMIN,
  officer,
  PROD,
  pipeline,
  requestInput,
  review,
  runOut,
} from "../testing/deployment-fixture.ts";
import { requestDeployment } from "./request-deployment.ts";
import { reviewDeployment } from "./review-deployment.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});

test("every group takes its people; one human fills one place", async () => {
  await demand(tenant, PROD);
  const asked = await ask(developer(tenant));
  const both = userOf(tenant, "both", { roles: ["sovereign-admin", "security-officer"] });
  expect((await review(both, asked)).quorum.missing).toBe(2);
  expect((await review(admin(tenant, "a"), asked)).state).toBe("awaiting_approval");
  // Two admins are there, if "both" sits in the officer's place: a third is needed nevertheless.
  expect((await review(admin(tenant, "b"), asked)).state).toBe("approved");
  const { approvedBy, history } = await detail(officer(tenant), asked.deploymentId);
  expect(approvedBy).toHaveLength(3);
  expect(history.map(({ act }) => act)).toEqual([
    "requested",
    "checking",
    "checked",
    "reviewed",
    "reviewed",
    "approved",
  ]);
});

test("one rejection ends it, and must say why", async () => {
  await demand(tenant, PROD);
  const asked = await ask(developer(tenant));
  await review(admin(tenant, "a"), asked);
  const { deploymentId, subjectDigest } = asked;
  await expect(
    runVerb(reviewDeployment, officer(tenant), { deploymentId, subjectDigest, decision: "reject" }),
  ).rejects.toMatchObject({ details: { field: "comment" } });
  expect((await review(officer(tenant), asked, "reject")).state).toBe("rejected");
  await expect(review(admin(tenant, "b"), asked)).rejects.toMatchObject({ code: "conflict" });
  expect((await eventsOf(tenant)).map(({ type }) => type)).toContain(
    "runtime.deployments.rejected",
  );
});

test("neither the requester nor the human behind a caller decides; an unknown one takes one more", async () => {
  await demand(tenant, ONE_ADMIN);
  const own = await ask(admin(tenant, "asker"));
  await expect(review(admin(tenant, "asker"), own)).rejects.toMatchObject({ code: "forbidden" });
  const human = { issuer: `https://idp.test/realms/${tenant}`, subject: "behind" };
  const behind = await ask(pipeline(tenant, "ci", human), { service: "billing" });
  await expect(review(admin(tenant, "behind"), behind)).rejects.toMatchObject({
    code: "forbidden",
  });
  expect((await review(admin(tenant, "other"), behind)).state).toBe("approved");
  const unknown = await ask(pipeline(tenant, "ci"), { service: "orders" });
  expect((await review(admin(tenant, "a"), unknown)).quorum).toMatchObject({
    missing: 1,
    additional: { missing: 1 },
  });
  expect((await review(admin(tenant, "b"), unknown)).state).toBe("approved");
});

test("not before it was checked, not after its time, not by a machine, not from elsewhere", async () => {
  await demand(tenant, ONE_ADMIN);
  const raw = await runVerb(requestDeployment, developer(tenant), requestInput());
  await expect(review(admin(tenant), raw)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringMatching(/still being checked/),
  });
  const asked = await ask(developer(tenant), { service: "billing" });
  await expect(review(developer(tenant, "other"), asked)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(review(admin(await newTenant()), asked)).rejects.toMatchObject({
    code: "not_found",
  });
  await runOut(tenant, asked.deploymentId);
  await expect(review(admin(tenant), asked)).rejects.toMatchObject({ code: "conflict" });
});

test("fifty approvers at once: exactly one of them approves the request", async () => {
  await demand(tenant, ONE_ADMIN);
  const asked = await ask(developer(tenant));
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, (_, at) => review(admin(tenant, `admin-${at}`), asked)),
  );
  const done = outcomes.filter(({ status }) => status === "fulfilled");
  expect(done).toHaveLength(1);
  const types = await typesOf(tenant);
  expect(types.filter((type) => type === "runtime.deployments.approved")).toHaveLength(1);
  const { history } = await detail(officer(tenant), asked.deploymentId);
  expect(history.filter(({ act }) => act === "approved")).toHaveLength(1);
}, 60_000);
