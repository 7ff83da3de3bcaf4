import { beforeEach, describe, expect, test } from "vitest";
import type { Caller } from "#server/platform/actor.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  ALERT,
  addEndpoint,
  alertWorkerOf,
  officerOf,
  openAlerts,
} from "../testing/alert-fixture.ts";
import { raiseAlert } from "./raise-alert.ts";
import { setWebhookEndpointEnabled } from "./set-webhook-endpoint-enabled.ts";

const ABSENT = "01890000-0000-7000-8000-000000000000";
let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const officer = (of = tenant) => officerOf(of);
const worker = (of = tenant) => alertWorkerOf(of);
const raise = (caller: Caller, fields = {}) => runVerb(raiseAlert, caller, { ...ALERT, ...fields });
const queued = () =>
  asSuperuser<{ endpoint_id: string }>(
    "SELECT endpoint_id FROM webhook_delivery WHERE tenant_id = $1 AND state = 'pending'",
    [tenant],
  );

describe("raising", () => {
  test("the alert, its event and a delivery for each enabled endpoint stand together", async () => {
    const [one, two, off] = [
      await addEndpoint(officer()),
      await addEndpoint(officer(), "https://b.example.om/"),
      await addEndpoint(officer(), "https://c.example.om/"),
    ];
    await runVerb(setWebhookEndpointEnabled, officer(), {
      endpointId: off.endpointId,
      enabled: false,
    });
    const { alertId, deliveries } = await raise(worker());
    expect(deliveries).toBe(2);
    expect((await queued()).map(({ endpoint_id }) => endpoint_id).sort()).toEqual(
      [one.endpointId, two.endpointId].sort(),
    );
    expect((await openAlerts(tenant)).items).toMatchObject([
      { alertId, ...ALERT, acknowledgedAt: null },
    ]);
    const event = (await eventsOf(tenant)).at(-1);
    expect(event).toMatchObject({
      eventId: alertId,
      type: "runtime.alerts.raised",
      actorKind: "worker",
      payload: { severity: "critical", deliveries: 2 },
    });
    expect(JSON.stringify(event?.envelope)).not.toContain("still works");
  });

  test("names the event it is about, of this tenant only", async () => {
    const cause = await raise(worker());
    const effect = await raise(worker(), { eventId: cause.alertId });
    const event = (await eventsOf(tenant)).find(({ eventId }) => eventId === effect.alertId);
    expect(event?.envelope.causationid).toBe(cause.alertId);
    const other = await newTenant();
    await expect(raise(worker(other), { eventId: cause.alertId })).rejects.toMatchObject({
      code: "not_found",
      message: "No such audit event.",
    });
    await expect(raise(worker(other), { eventId: ABSENT })).rejects.toMatchObject({
      message: "No such audit event.",
    });
    expect((await openAlerts(other)).items).toEqual([]);
  });

  test("with one key it is raised once", async () => {
    const caller = { ...worker(), idempotencyKey: "raise-it-once" };
    expect(await raise(caller)).toEqual(await raise(caller));
    expect((await openAlerts(tenant)).openCount).toBe(1);
  });

  test("no role may raise; bad input names the field", async () => {
    await expect(raise(officer())).rejects.toMatchObject({ code: "forbidden" });
    expect(await typesOf(tenant)).toEqual(["runtime.access.denied"]);
    for (const [field, value] of Object.entries({
      kind: "Not Kebab",
      severity: "huge",
      detail: "",
    })) {
      await expect(raise(worker(), { [field]: value })).rejects.toMatchObject({
        code: "invalid",
        details: { field },
      });
    }
  });
});

test("pages of alerts follow one another; another tenant sees none", async () => {
  const raised = [];
  for (let n = 0; n < 5; n += 1) raised.push((await raise(worker())).alertId);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await openAlerts(tenant, cursor);
    seen.push(...items.map(({ alertId }) => alertId));
    cursor = nextCursor ?? undefined;
  } while (cursor);
  expect(seen).toEqual([...raised].reverse());
  expect((await openAlerts(await newTenant())).items).toEqual([]);
});
