import { beforeAll, describe, expect, test } from "vitest";
import { emit } from "#server/features/audit/testing/audit-fixture.ts";
import { ensureSovereign } from "#server/features/tenants/index.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { sovereignTenant } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { platformHealth } from "./queries.ts";

beforeAll(() => ensureSovereign("omantel", "Omantel"));

const healthOf = (tenant: AuthorizedTenantId) =>
  withTenant(tenant, "tenant", (tx) => platformHealth(tx, tenant));

describe("platform health", () => {
  test("the Sovereign counts every tenant; an organization sees its own row only", async () => {
    const [one, two] = [await newTenant(), await newTenant()];
    await emit(one);
    const all = await healthOf(sovereignTenant());
    expect(all.tenants.map((each) => each.tenantId)).toEqual(
      expect.arrayContaining([sovereignTenant(), one, two]),
    );
    const own = await healthOf(one);
    expect(own.tenants).toMatchObject([{ tenantId: one, kind: "organization", credentials: 0 }]);
    expect(own.tenants[0]?.unsealedEvents).toBeGreaterThanOrEqual(1);
    expect(own.tenants[0]?.oldestUnsealedAt).toBeInstanceOf(Date);
  });

  test("it holds counts, times and ids: no text that a tenant wrote", async () => {
    const { tenants } = await healthOf(sovereignTenant());
    for (const { tenantId, kind, ...rest } of tenants) {
      expect([tenantId, kind].every((each) => /^[a-z0-9-]+$/.test(each))).toBe(true);
      for (const value of Object.values(rest)) {
        expect(value === null || typeof value === "number" || value instanceof Date).toBe(true);
      }
    }
  });
});
