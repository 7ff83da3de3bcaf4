import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { ask, decide, detail, runOut } from "../testing/approval-fixture.ts";
import { renewApproval } from "./renew-approval.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const requester = () => userOf(tenant, "requester", { roles: ["developer"] });
const officer = (name = "officer") => userOf(tenant, name);
const STRICTER = [{ role: "security-officer" as const, count: 2 }];

const renewal = (requestId: string) => ({
  requestId,
  subject: { path: "signing/root", version: 4 },
  requirement: STRICTER,
  reason: "The policy changed",
});

test("a renewal has a revision and a requirement of its own; what was approved before is stale", async () => {
  const asked = await ask(requester());
  expect((await decide(officer(), asked)).state).toBe("approved");
  const renewed = await runVerb(renewApproval, requester(), renewal(asked.requestId));
  expect(renewed).toMatchObject({ revision: 2, state: "open" });
  expect(renewed.subjectDigest).not.toBe(asked.subjectDigest);
  const seen = await detail(officer(), asked.requestId);
  expect(seen).toMatchObject({ requirement: STRICTER, quorum: { missing: 2 } });
  expect(seen.reviews[0]).toMatchObject({ countsAs: null, notCounted: "stale" });
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.approvals.revised",
    payload: { revision: 2, previousDigest: asked.subjectDigest },
  });
  // The same people may decide the new revision.
  expect((await decide(officer(), renewed)).state).toBe("open");
  expect((await decide(officer("second"), renewed)).state).toBe("approved");
});

test("less than the kind's minimum, a request that is over, another tenant's: refused", async () => {
  const asked = await ask(requester());
  const less = {
    ...renewal(asked.requestId),
    requirement: [{ role: "sovereign-admin" as const, count: 9 }],
  };
  await expect(runVerb(renewApproval, requester(), less)).rejects.toMatchObject({
    code: "invalid",
    details: { field: "requirement" },
  });
  const stranger = userOf(await newTenant(), "requester");
  await expect(runVerb(renewApproval, stranger, renewal(asked.requestId))).rejects.toMatchObject({
    code: "not_found",
  });
  await runOut(tenant, asked.requestId);
  await expect(runVerb(renewApproval, requester(), renewal(asked.requestId))).rejects.toMatchObject(
    { code: "conflict" },
  );
});
