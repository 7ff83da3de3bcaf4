import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { admissionOverview } from "../queries.ts";
import { REASON, registerCluster, sovereignAdmin } from "../testing/admission-fixture.ts";
import { saveAdmissionCluster } from "./save-admission-cluster.ts";

test("registered once, changed and retired by its name; the Sovereign's log says so", async () => {
  const cluster = await registerCluster(["b", "a"]);
  const admin = await sovereignAdmin();
  const save = (over: object) =>
    runVerb(saveAdmissionCluster, admin, {
      cluster,
      tenants: ["a", "b", "a"],
      reason: REASON,
      ...over,
    });
  expect((await save({})).outcome).toBe("unchanged");
  expect((await save({ tenants: "every" })).outcome).toBe("changed");
  expect((await save({ tenants: "every", isRetired: true })).outcome).toBe("changed");
  const tenant = sovereignTenant();
  const { clusters } = await withTenant(tenant, "tenant", (tx) => admissionOverview(tx, tenant));
  expect(clusters.find((each) => each.cluster === cluster)).toMatchObject({
    tenants: "every",
    retiredAt: expect.any(Date),
    credentials: [],
  });
  const events = (await eventsOf(tenant)).filter(
    ({ subject }) => subject === `admission-cluster/${cluster}`,
  );
  expect(events.map(({ payload }) => payload)).toMatchObject([
    { outcome: "created", tenants: ["b", "a"], reason: REASON },
    { outcome: "changed", tenants: "every" },
    { isRetired: true },
  ]);
});

test("the Sovereign's alone; bad input names the field", async () => {
  const tenant = await newTenant("admission");
  const save = (caller: Parameters<typeof runVerb>[1], over: object = {}) =>
    runVerb(saveAdmissionCluster, caller, {
      cluster: "c",
      tenants: "every",
      reason: REASON,
      ...over,
    });
  await expect(save(userOf(tenant, "admin", { roles: ["sovereign-admin"] }))).rejects.toMatchObject(
    {
      code: "forbidden",
      message: expect.stringContaining("the Sovereign's to say"),
    },
  );
  await expect(save(userOf(sovereignTenant(), "officer"))).rejects.toMatchObject({
    code: "forbidden",
  });
  for (const [field, over] of [
    ["cluster", { cluster: "No Name" }],
    ["tenants", { tenants: [] }],
    ["reason", { reason: "short" }],
  ] as const) {
    await expect(save(await sovereignAdmin(), over)).rejects.toMatchObject({
      code: "invalid",
      details: { field },
    });
  }
});
