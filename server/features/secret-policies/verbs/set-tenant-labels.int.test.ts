import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { labelsOf } from "../queries.ts";
import { label, REASON, sovereignAdmin } from "../testing/policy-fixture.ts";
import { setTenantLabels } from "./set-tenant-labels.ts";

test("the Sovereign labels a tenant, once; the event is in the Sovereign's log", async () => {
  const tenant = await newTenant("labels");
  expect(await label(tenant, { tier: "gold" })).toEqual({
    tenantId: tenant,
    labels: { tier: "gold" },
  });
  await label(tenant, { tier: "gold" });
  expect(await withTenant(tenant, "tenant", (tx) => labelsOf(tx, tenant))).toEqual({
    tier: "gold",
  });
  const events = (await eventsOf(sovereignTenant())).filter(
    (event) => event.subject === `tenant/${tenant}`,
  );
  expect(events).toMatchObject([
    {
      type: "runtime.tenants.labelled",
      payload: { before: {}, after: { tier: "gold" }, reason: REASON },
    },
  ]);
  expect(await eventsOf(tenant)).toEqual([]);
});

test("a tenant that isn't there is not found", async () => {
  await expect(label("no-such-tenant", { tier: "gold" })).rejects.toMatchObject({
    code: "not_found",
  });
});

test("from inside an organization the policy forbids it, for itself as for others", async () => {
  const [tenant, other] = [await newTenant("labels"), await newTenant("labels")];
  const inside = userOf(tenant, "admin", { roles: ["sovereign-admin"] });
  for (const tenantId of [tenant, other, "no-such-tenant"]) {
    await expect(
      runVerb(setTenantLabels, inside, { tenantId, labels: { tier: "free" }, reason: REASON }),
    ).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("the Sovereign's to give"),
    });
  }
});

test("without the scope it is forbidden", async () => {
  await sovereignAdmin();
  const officer = userOf(sovereignTenant(), "officer");
  await expect(
    runVerb(setTenantLabels, officer, { tenantId: "acme", labels: {}, reason: REASON }),
  ).rejects.toMatchObject({ code: "forbidden" });
});

test.each([
  [{ tenantId: "Not A Slug" }, "tenantId"],
  [{ labels: { tier: "a b" } }, "labels.tier"],
  [{ reason: "short" }, "reason"],
])("bad input names the field: %o", async (over, field) => {
  const input = { tenantId: "acme", labels: {}, reason: REASON, ...over };
  const asked = runVerb(setTenantLabels, await sovereignAdmin(), input as never);
  await expect(asked).rejects.toMatchObject({ code: "invalid", details: { field } });
});

test("the database holds by itself: no login changes labels or reads a foreign tenant's", async () => {
  const [tenant, other] = [await newTenant("labels"), await newTenant("labels")];
  for (const [login, text] of [
    ["tenant", "UPDATE tenant SET labels = '{}'"],
    ["tenant", `SELECT app.set_tenant_labels('${tenant}', '{}')`],
    ["tenant", `SELECT app.tenant_labels('${other}')`],
    ["worker", `SELECT app.set_tenant_labels('${tenant}', '{}')`],
    ["search", `SELECT app.tenant_labels('${other}')`],
  ] as const) {
    await expect(withTenant(tenant, login, (tx) => tx.query(text))).rejects.toMatchObject({
      code: "42501",
    });
  }
});
