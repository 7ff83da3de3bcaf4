import { beforeEach, expect, test } from "vitest";
import { ask as askApproval, decide } from "#server/features/approvals/testing/approval-fixture.ts";
import {
  proveAtProvider,
  proveWith,
  registered,
} from "#server/features/step-up/testing/step-up-rig.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  admin,
  ask,
  demand,
  developer,
  ONE_ADMIN,
  officer,
  review,
} from "./testing/deployment-fixture.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const subjectOf = (asked: { subjectDigest: string }) => ({
  act: "approvals.review",
  digest: asked.subjectDigest,
});

test("where the environment's policy says so, approving takes a factor for exactly this digest; rejecting none", async () => {
  await demand(tenant, { ...ONE_ADMIN, stepUp: "mfa" });
  const approver = admin(tenant);
  const asked = await ask(developer(tenant));
  const other = await ask(developer(tenant), { service: "billing" });
  await expect(review(approver, asked)).rejects.toMatchObject({
    code: "step_up_required",
    details: { stepUp: { ...subjectOf(asked), methods: ["oidc", "webauthn"] } },
  });
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.access.denied",
    payload: { cause: "step-up", ...subjectOf(asked) },
  });
  await proveAtProvider(approver, subjectOf(asked));
  await expect(review(approver, other)).rejects.toMatchObject({ code: "step_up_required" });
  expect((await review(approver, asked)).state).toBe("approved");
  expect((await review(approver, other, "reject")).state).toBe("rejected");
});

test("a failed approval leaves the proof as it was", async () => {
  await demand(tenant, { ...ONE_ADMIN, stepUp: "mfa" });
  const both = userOf(tenant, "both", { roles: ["developer", "sovereign-admin"] });
  const asked = await ask(both);
  await proveAtProvider(both, subjectOf(asked));
  // The requester never approves, proof or not.
  await expect(review(both, asked)).rejects.toMatchObject({ code: "forbidden" });
  const approver = admin(tenant, "another");
  await expect(review(approver, asked)).rejects.toMatchObject({ code: "step_up_required" });
});

test("where a security key is demanded, the identity provider's word is not enough", async () => {
  await demand(tenant, { ...ONE_ADMIN, stepUp: "security-key" });
  const approver = admin(tenant);
  const { key } = await registered(approver);
  const asked = await ask(developer(tenant));
  await proveAtProvider(approver, subjectOf(asked));
  await expect(review(approver, asked)).rejects.toMatchObject({
    details: { stepUp: { methods: ["webauthn"] } },
  });
  await proveWith(approver, key, subjectOf(asked));
  expect((await review(approver, asked)).state).toBe("approved");
});

test("the same policy holds for rotations there, and for none elsewhere", async () => {
  await demand(tenant, { ...ONE_ADMIN, stepUp: "mfa" });
  const caller = officer(tenant);
  const rotate = (environment: string) =>
    askApproval(developer(tenant), { subject: { environment, credential: "root" } });
  const here = await rotate("prod");
  await expect(decide(caller, here)).rejects.toMatchObject({ code: "step_up_required" });
  await proveAtProvider(caller, subjectOf(here));
  expect((await decide(caller, here)).state).toBe("approved");
  expect((await decide(caller, await rotate("dev"))).state).toBe("approved");
});
