import { beforeEach, describe, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { addEndpoint, auditorOf, officerOf } from "../testing/alert-fixture.ts";
import { setWebhookEndpointEnabled } from "./set-webhook-endpoint-enabled.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const officer = (of = tenant) => officerOf(of);
const auditor = () => auditorOf(tenant);

describe("endpoints", () => {
  test("are switched off and on, once each", async () => {
    const { endpointId } = await addEndpoint(officer());
    const set = (enabled: boolean, caller = officer()) =>
      runVerb(setWebhookEndpointEnabled, caller, { endpointId, enabled });
    await set(true);
    await set(false);
    await set(false);
    await set(true);
    expect((await typesOf(tenant)).slice(1)).toEqual([
      "runtime.alerts.endpoint-disabled",
      "runtime.alerts.endpoint-enabled",
    ]);
    await expect(set(false, officer(await newTenant()))).rejects.toMatchObject({
      code: "not_found",
      message: "No such webhook endpoint.",
    });
    await expect(set(false, auditor())).rejects.toMatchObject({ code: "forbidden" });
    await expect(
      runVerb(setWebhookEndpointEnabled, officer(), { endpointId: "x", enabled: true }),
    ).rejects.toMatchObject({ code: "invalid", details: { field: "endpointId" } });
  });
});
