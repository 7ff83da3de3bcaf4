import { beforeEach, expect, test } from "vitest";
import { saveEnvironmentPolicy } from "#server/features/deployments/index.ts";
import {
  ask as askForDeployment,
  blockersOf,
  claimAs,
  demand,
  fresh as freshApprover,
  ONE_ADMIN,
  pipeline,
  review as reviewDeployment,
} from "#server/features/deployments/testing/deployment-fixture.ts";
import { elevated } from "#server/platform/authz/production-rights.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  activate,
  admin,
  ask,
  developer,
  fresh,
  grantTo,
  offer,
  officer,
  review,
  runOut,
} from "../testing/elevation-fixture.ts";
import { revokeGrant } from "./revoke-grant.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const codes = (outcome: Awaited<ReturnType<typeof activate>>) =>
  outcome.outcome === "blocked" ? outcome.blockers.map(({ code }) => code) : outcome.outcome;

test("asked, approved by another, activated: production is decided and executed by it; given back, it is not", async () => {
  await offer(tenant);
  await demand(tenant, { ...ONE_ADMIN, requiresElevation: true });
  const ada = admin(tenant, "ada");
  const first = await askForDeployment(developer(tenant), { service: "checkout" });
  await expect(reviewDeployment(ada, first)).rejects.toMatchObject({ code: "elevation_required" });

  const { grantId } = await grantTo(ada, {
    scopes: ["runtime.approvals.decide", "runtime.deployments.execute"],
  });
  await reviewDeployment(await elevated(ada), first);
  const approvers = [freshApprover(tenant, "ada", "sovereign-admin")];
  await runVerb(revokeGrant, ada, { grantId, reason: "Done for tonight" });
  expect(blockersOf(await claimAs(pipeline(tenant), first, approvers))).toEqual([
    "elevation-missing",
  ]);
  const second = await askForDeployment(developer(tenant), { service: "ledger" });
  await expect(reviewDeployment(ada, second)).rejects.toMatchObject({ code: "elevation_required" });

  await grantTo(ada, { scopes: ["runtime.deployments.execute"] });
  expect(await claimAs(pipeline(tenant), first, approvers)).toMatchObject({ outcome: "claimed" });
  const types = await typesOf(tenant);
  for (const type of ["requested", "granted", "given-back"]) {
    expect(types).toContain(`runtime.elevation.${type}`);
  }
});

test("stopping takes no grant, loosening does: reject, freeze, and save the policy", async () => {
  await offer(tenant);
  await demand(tenant, { ...ONE_ADMIN, requiresElevation: true });
  const ada = admin(tenant, "ada");
  const loosen = (caller = ada) =>
    runVerb(saveEnvironmentPolicy, caller, {
      environment: "prod",
      policy: { ...ONE_ADMIN, requiresElevation: false },
      basedOn: 1,
      reason: "Less is more",
    });
  await expect(loosen()).rejects.toMatchObject({ code: "elevation_required" });
  const asked = await askForDeployment(developer(tenant));
  expect(await reviewDeployment(ada, asked, "reject")).toMatchObject({ state: "rejected" });
  // A grant for another scope, or another environment, is none.
  await grantTo(ada, { scopes: ["runtime.approvals.decide"] });
  await expect(loosen()).rejects.toMatchObject({ code: "elevation_required" });
  await offer(tenant, {}, 0, "staging");
  await grantTo(ada, { scopes: ["runtime.environments.manage"], environment: "staging" });
  await expect(loosen(await elevated(ada))).rejects.toMatchObject({ code: "elevation_required" });
  await grantTo(ada, { scopes: ["runtime.environments.manage"] });
  expect(await loosen()).toMatchObject({ outcome: "changed" });
});

test("every blocker at once: a lost role, an edited policy, a foreign hand; then nothing is granted", async () => {
  await offer(tenant);
  const ada = admin(tenant, "ada");
  const approver = officer(tenant);
  const asked = await ask(ada, { scopes: ["runtime.secrets.override"] });
  expect(codes(await activate(ada, asked, []))).toEqual(["forbid-activate-approvals-missing"]);
  await expect(review(ada, asked)).rejects.toMatchObject({ code: "forbidden" });
  await review(approver, asked);
  await offer(
    tenant,
    { offers: [{ roles: ["developer"], scopes: ["runtime.secrets.rotate"] }] },
    1,
  );
  expect(codes(await activate(ada, asked, [fresh(approver, "developer")]))).toEqual([
    "forbid-activate-approvals-missing",
    "forbid-activate-policy-changed",
    "forbid-elevate-not-offered",
  ]);
  expect(codes(await activate(officer(tenant, "other"), asked, [fresh(approver)]))).toContain(
    "forbid-activate-not-own",
  );
  const grants = await asSuperuser("SELECT 1 FROM elevation_grant WHERE tenant_id = $1", [tenant]);
  expect(grants).toEqual([]);
  const refused = (await eventsOf(tenant)).filter(
    ({ type }) => type === "runtime.elevation.activation-refused",
  );
  expect(refused.every(({ outcome }) => outcome === "denied")).toBe(true);
  expect(refused).toHaveLength(3);
});

test("activated twice is activated once; at once from two places too; an expired approval not at all", async () => {
  await offer(tenant);
  const ada = admin(tenant, "ada");
  const approver = officer(tenant);
  const asked = await ask(ada);
  await review(approver, asked);
  const both = await Promise.all([
    activate(ada, asked, [fresh(approver)]),
    activate(ada, asked, [fresh(approver)]),
  ]);
  const [one] = both;
  expect(both.map((each) => each.outcome)).toEqual(["activated", "activated"]);
  expect(await activate(ada, asked, [])).toEqual(one);
  const [count] = await asSuperuser<{ grants: number }>(
    "SELECT count(*)::int AS grants FROM elevation_grant WHERE tenant_id = $1",
    [tenant],
  );
  expect(count?.grants).toBe(1);

  const late = await ask(ada);
  await review(approver, late);
  await asSuperuser(
    "UPDATE elevation_request SET expires_at = clock_timestamp() - interval '1 second' WHERE tenant_id = $1 AND request_id = $2",
    [tenant, late.requestId],
  );
  expect(codes(await activate(ada, late, [fresh(approver)]))).toEqual(["forbid-activate-expired"]);
});

test("a grant can start later, and gives nothing before nor after its time", async () => {
  await offer(tenant);
  const ada = developer(tenant, "ada");
  const startsAt = new Date(Date.now() + 3_600_000);
  const grant = await grantTo(ada, { scopes: ["runtime.secrets.rotate"], startsAt });
  expect(grant.startsAt).toEqual(startsAt);
  expect((await elevated(ada)).scopes.has("runtime.secrets.rotate")).toBe(false);
  await asSuperuser(
    "UPDATE elevation_grant SET starts_at = clock_timestamp() - interval '1 second' WHERE tenant_id = $1",
    [tenant],
  );
  expect((await elevated(ada)).scopes.has("runtime.secrets.rotate")).toBe(true);
  await runOut(tenant, grant.grantId);
  expect((await elevated(ada)).scopes.has("runtime.secrets.rotate")).toBe(false);
});

test("where the policy asks for it, a fresh factor bound to this very subject", async () => {
  await offer(tenant, { stepUp: { level: "any-factor" } });
  const ada = admin(tenant, "ada");
  const approver = officer(tenant);
  const asked = await ask(ada);
  await review(approver, asked);
  await expect(activate(ada, asked, [fresh(approver)])).rejects.toMatchObject({
    code: "step_up_required",
    details: { stepUp: { act: "elevation.activate", digest: asked.subjectDigest } },
  });
});
