import { beforeEach, describe, expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { alerts, webhookEndpoints } from "../queries.ts";
import { acknowledgeAlert } from "./acknowledge-alert.ts";
import { addWebhookEndpoint } from "./add-webhook-endpoint.ts";
import { raiseAlert } from "./raise-alert.ts";
import { setWebhookEndpointEnabled } from "./set-webhook-endpoint-enabled.ts";

const ABSENT = "01890000-0000-7000-8000-000000000000";
let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const officer = (of = tenant) => userOf(of, "officer");
const auditor = () => userOf(tenant, "auditor", { roles: ["compliance"] });
const worker = (of = tenant) => workerOf(of, ["runtime.alerts.raise"]);
const ALERT = {
  kind: "rotation-failed",
  severity: "critical",
  subjectRef: "secret-binding/one",
  detail: "The old credential still works",
} as const;
const raise = (fields = {}, caller = worker()) =>
  runVerb(raiseAlert, caller, { ...ALERT, ...fields });
const add = (url = "https://hooks.example.om/a", caller = officer()) =>
  runVerb(addWebhookEndpoint, caller, { url });
const list = (of = tenant, cursor?: string) =>
  withTenant(of, "tenant", (tx) => alerts(tx, of, { show: "open", limit: 2, cursor }));
const queued = () =>
  asSuperuser<{ endpoint_id: string; alert_id: string; state: string }>(
    "SELECT endpoint_id, alert_id, state FROM webhook_delivery WHERE tenant_id = $1",
    [tenant],
  );

describe("raising", () => {
  test("the alert, its event and a delivery for each enabled endpoint stand together", async () => {
    const [one, two, off] = [
      await add(),
      await add("https://b.example.om/"),
      await add("https://c.example.om/"),
    ];
    await runVerb(setWebhookEndpointEnabled, officer(), {
      endpointId: off.endpointId,
      enabled: false,
    });
    const { alertId, deliveries } = await raise();
    expect(deliveries).toBe(2);
    expect((await queued()).map(({ endpoint_id }) => endpoint_id).sort()).toEqual(
      [one.endpointId, two.endpointId].sort(),
    );
    expect((await list()).items).toMatchObject([{ alertId, ...ALERT, acknowledgedAt: null }]);
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
    const cause = await raise();
    const effect = await raise({ eventId: cause.alertId });
    const event = (await eventsOf(tenant)).find(({ eventId }) => eventId === effect.alertId);
    expect(event?.envelope.causationid).toBe(cause.alertId);
    const other = await newTenant();
    await expect(raise({ eventId: cause.alertId }, worker(other))).rejects.toMatchObject({
      code: "not_found",
      message: "No such audit event.",
    });
    await expect(raise({ eventId: ABSENT }, worker(other))).rejects.toMatchObject({
      message: "No such audit event.",
    });
    expect((await list(other)).items).toEqual([]);
  });

  test("with one key it is raised once", async () => {
    const caller = { ...worker(), idempotencyKey: "raise-it-once" };
    expect(await raise({}, caller)).toEqual(await raise({}, caller));
    expect((await list()).openCount).toBe(1);
  });

  test("no role may raise; bad input names the field", async () => {
    await expect(raise({}, officer())).rejects.toMatchObject({ code: "forbidden" });
    expect(await typesOf(tenant)).toEqual(["runtime.access.denied"]);
    for (const [field, value] of Object.entries({
      kind: "Not Kebab",
      severity: "huge",
      detail: "",
    })) {
      await expect(raise({ [field]: value })).rejects.toMatchObject({
        code: "invalid",
        details: { field },
      });
    }
  });
});

describe("acknowledging", () => {
  test("the first one stands, twice changes nothing", async () => {
    const { alertId } = await raise();
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
    const { alertId } = await raise();
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
    expect((await list()).openCount).toBe(1);
  });
});

describe("endpoints", () => {
  test("are added once each, and the log keeps the origin only", async () => {
    const { endpointId } = await add("https://hooks.example.om/path-as-good-as-a-key");
    await expect(add("https://HOOKS.example.om/path-as-good-as-a-key")).rejects.toMatchObject({
      code: "conflict",
      details: { field: "url" },
    });
    const [event] = await eventsOf(tenant);
    expect(event).toMatchObject({
      type: "runtime.alerts.endpoint-added",
      subject: `webhook-endpoint/${endpointId}`,
      payload: { origin: "https://hooks.example.om" },
    });
    expect(JSON.stringify(event)).not.toContain("as-good-as");
    const other = await newTenant();
    expect(await withTenant(other, "tenant", (tx) => webhookEndpoints(tx, other))).toEqual([]);
    await add("https://hooks.example.om/path-as-good-as-a-key", officer(other));
  });

  test("ten at the most, also when many are added at once", async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 13 }, (_, n) => add(`https://h${n}.example.om/`)),
    );
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
  });

  test("a bad address names the field; the wrong scope is forbidden", async () => {
    for (const url of ["", "nonsense", "https://u:p@example.om/"]) {
      await expect(add(url)).rejects.toMatchObject({ code: "invalid", details: { field: "url" } });
    }
    await expect(add("https://a.example.om/", auditor())).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  test("are switched off and on, once each", async () => {
    const { endpointId } = await add();
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

test("pages of alerts follow one another; another tenant sees none", async () => {
  const raised = [];
  for (let n = 0; n < 5; n += 1) raised.push((await raise()).alertId);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await list(tenant, cursor);
    seen.push(...items.map(({ alertId }) => alertId));
    cursor = nextCursor ?? undefined;
  } while (cursor);
  expect(seen).toEqual([...raised].reverse());
  expect((await list(await newTenant())).items).toEqual([]);
});
