import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { webhookEndpoints } from "../queries.ts";
import { addEndpoint, officerOf } from "../testing/alert-fixture.ts";
import { setWebhookEndpointEvents } from "./set-webhook-endpoint-events.ts";

test("an endpoint asks for types of events; the log keeps what it asked for before", async () => {
  const tenant = await newTenant();
  const { endpointId } = await addEndpoint(officerOf(tenant));
  const eventTypes = ["runtime.secrets.rotated", "runtime.secrets.*", "runtime.secrets.rotated"];
  const wanted = ["runtime.secrets.*", "runtime.secrets.rotated"];
  expect(
    await runVerb(setWebhookEndpointEvents, officerOf(tenant), { endpointId, eventTypes }),
  ).toEqual({ endpointId, eventTypes: wanted });
  const [endpoint] = await withTenant(tenant, "tenant", (tx) => webhookEndpoints(tx, tenant));
  expect(endpoint?.eventTypes).toEqual(wanted);
  const count = (await eventsOf(tenant)).length;
  await runVerb(setWebhookEndpointEvents, officerOf(tenant), { endpointId, eventTypes });
  expect(await eventsOf(tenant)).toHaveLength(count);
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.alerts.endpoint-subscribed",
    payload: { before: [], after: wanted },
  });
});

test.each([
  "runtime.identity.session-started",
  "runtime.*",
  "secrets.rotated",
  "runtime.secrets.ro*",
])("%s can't be asked for", async (type) => {
  const tenant = await newTenant();
  const { endpointId } = await addEndpoint(officerOf(tenant));
  const ask = { endpointId, eventTypes: [type] };
  await expect(runVerb(setWebhookEndpointEvents, officerOf(tenant), ask)).rejects.toMatchObject({
    code: "invalid",
    details: { field: "eventTypes.0" },
  });
});

test("a foreign endpoint is not found, and who may not manage alerts is refused", async () => {
  const [tenant, other] = [await newTenant(), await newTenant()];
  const { endpointId } = await addEndpoint(officerOf(other));
  for (const id of [endpointId, uuidv7()]) {
    const ask = { endpointId: id, eventTypes: [] };
    await expect(runVerb(setWebhookEndpointEvents, officerOf(tenant), ask)).rejects.toMatchObject({
      code: "not_found",
    });
  }
  const developer = userOf(other, "dev", { roles: ["developer"] });
  await expect(
    runVerb(setWebhookEndpointEvents, developer, { endpointId, eventTypes: [] }),
  ).rejects.toMatchObject({ code: "forbidden" });
});
