import { beforeEach, describe, expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { alerts } from "../queries.ts";
import {
  alertWorkerOf,
  auditorOf,
  officerOf,
  openAlerts,
  raise,
} from "../testing/alert-fixture.ts";
import { acknowledgeAlert } from "./acknowledge-alert.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const officer = (of = tenant) => officerOf(of);
const auditor = () => auditorOf(tenant);
const worker = (of = tenant) => alertWorkerOf(of);

describe("acknowledging", () => {
  test("the first one stands, twice changes nothing", async () => {
    const { alertId } = await raise(worker());
    const first = await runVerb(acknowledgeAlert, officer(), { alertId });
    const late = userOf(tenant, "late");
    expect(await runVerb(acknowledgeAlert, late, { alertId })).toEqual(first);
    const all = await withTenant(tenant, "tenant", (tx) =>
      alerts(tx, tenant, { show: "acknowledged", limit: 10 }),
    );
    expect(all.items).toMatchObject([{ alertId, acknowledgedBy: "Name of officer" }]);
    expect(all.openCount).toBe(0);
    expect(await typesOf(tenant)).toEqual(["runtime.alerts.raised", "runtime.alerts.acknowledged"]);
  });

  test("wrong tenant, wrong scope, wrong input", async () => {
    const { alertId } = await raise(worker());
    const other = await newTenant();
    await expect(runVerb(acknowledgeAlert, officer(other), { alertId })).rejects.toMatchObject({
      code: "not_found",
      message: "No such alert.",
    });
    await expect(runVerb(acknowledgeAlert, auditor(), { alertId })).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(runVerb(acknowledgeAlert, officer(), { alertId: "x" })).rejects.toMatchObject({
      code: "invalid",
      details: { field: "alertId" },
    });
    expect((await openAlerts(tenant)).openCount).toBe(1);
  });
});
