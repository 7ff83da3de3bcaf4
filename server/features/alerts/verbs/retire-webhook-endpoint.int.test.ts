import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { webhookEndpoints } from "../queries.ts";
import {
  addEndpoint,
  alertWorkerOf,
  auditorOf,
  officerOf,
  raise,
} from "../testing/alert-fixture.ts";
import { retireWebhookEndpoint } from "./retire-webhook-endpoint.ts";
import { setWebhookEndpointEnabled } from "./set-webhook-endpoint-enabled.ts";
import { testWebhookEndpoint } from "./test-webhook-endpoint.ts";

const reason = "the receiver was taken down";

test("a retired endpoint gets nothing more, stays retired, and leaves its address free", async () => {
  const tenant = await newTenant();
  const officer = officerOf(tenant);
  const { endpointId } = await addEndpoint(officer);
  await runVerb(retireWebhookEndpoint, officer, { endpointId, reason });
  const list = () => withTenant(tenant, "tenant", (tx) => webhookEndpoints(tx, tenant));
  expect(await list()).toEqual([]);
  expect((await raise(alertWorkerOf(tenant))).deliveries).toBe(0);
  for (const act of [
    () => runVerb(setWebhookEndpointEnabled, officer, { endpointId, enabled: true }),
    () => runVerb(testWebhookEndpoint, officer, { endpointId }),
    () => runVerb(retireWebhookEndpoint, officer, { endpointId, reason }),
  ]) {
    await expect(act()).rejects.toMatchObject({ code: "not_found" });
  }
  const again = await addEndpoint(officer);
  expect((await list()).map((each) => each.endpointId)).toEqual([again.endpointId]);
  expect(
    (await eventsOf(tenant)).find(({ type }) => type === "runtime.alerts.endpoint-retired"),
  ).toMatchObject({ subject: `webhook-endpoint/${endpointId}`, payload: { reason } });
});

test("a foreign endpoint is not found, a short reason and who may not manage alerts are refused", async () => {
  const [tenant, other] = [await newTenant(), await newTenant()];
  const { endpointId } = await addEndpoint(officerOf(other));
  for (const id of [endpointId, uuidv7()]) {
    const act = runVerb(retireWebhookEndpoint, officerOf(tenant), { endpointId: id, reason });
    await expect(act).rejects.toMatchObject({ code: "not_found" });
  }
  const short = runVerb(retireWebhookEndpoint, officerOf(other), { endpointId, reason: "old" });
  await expect(short).rejects.toMatchObject({ code: "invalid", details: { field: "reason" } });
  const denied = runVerb(retireWebhookEndpoint, auditorOf(other), { endpointId, reason });
  await expect(denied).rejects.toMatchObject({ code: "forbidden" });
});
