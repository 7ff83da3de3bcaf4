import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { serviceOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { admin, ask, developer, offer } from "../testing/elevation-fixture.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});

test("nothing may be asked for where no policy says so", async () => {
  await expect(ask(admin(tenant))).rejects.toMatchObject({
    code: "invalid",
    details: { field: "environment" },
  });
});

test("every bound of the policy holds, and every one that is broken is said", async () => {
  await offer(tenant, { maxLivePerPerson: 1 });
  const late = new Date(Date.now() + 3 * 86_400_000);
  await expect(
    ask(developer(tenant), { durationSeconds: 86_400, startsAt: late }),
  ).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringMatching(/roles may not ask.*later than.*longer than/s),
  });
  const both = await Promise.allSettled([ask(admin(tenant)), ask(admin(tenant))]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  await expect(
    ask(
      serviceOf(tenant, "pipeline", "unknown", [
        "runtime.elevation.request",
        "runtime.approvals.request",
      ]),
    ),
  ).rejects.toMatchObject({ code: "forbidden", message: expect.stringContaining("only people") });
  const asked = (await eventsOf(tenant)).find(({ type }) => type === "runtime.elevation.requested");
  expect(asked?.payload).toMatchObject({ environment: "prod", durationSeconds: 3_600 });
  expect(asked?.subject).not.toContain("admin");
});

test("where the policy wants it, asking takes a fresh factor bound to exactly what is asked for", async () => {
  await offer(tenant, { stepUp: { level: "any-factor", whenAsking: true } });
  const refusal = await ask(admin(tenant)).catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: "step_up_required",
    details: {
      stepUp: { act: "elevation.request", digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    },
  });
});
