import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bind } from "#server/features/rotation/testing/rotation-rig.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import type { ApiClient } from "#test/fixtures/api-client.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { ServiceCallers } from "#test/fixtures/service-callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { POST } from "./route.ts";

const TENANT = "acme-shop";
const tenant = mintAuthorizedTenant(TENANT);
let callers: ServiceCallers;
const clients: Record<string, ApiClient> = {};
let bindingId: string;

beforeAll(async () => {
  callers = await ServiceCallers.start({ tenants: [TENANT] });
  for (const role of ["workload-reporter", "developer"] as const) {
    clients[role] = await callers.client(`orders-${role}`, { roles: [role] });
  }
  ({ bindingId } = await bind(tenant));
}, 60_000);
afterAll(async () => {
  await closePools();
  await closeIdentityPools();
  await callers?.stop();
});

async function report(
  body: unknown,
  {
    role = "workload-reporter",
    headers = {},
  }: { role?: string; headers?: Record<string, string> } = {},
) {
  const client = clients[role] as ApiClient;
  const sent = { body: typeof body === "string" ? body : JSON.stringify(body), headers };
  const response = await client.call(POST, "POST", "/api/v1/consumers/reports", sent);
  const text = await response.text();
  return { status: response.status, type: response.headers.get("content-type"), text };
}

const valid = () => ({
  binding: { bindingId },
  workload: { name: "orders-api", namespace: "shop-prod", cluster: "muscat-1" },
  version: 1,
  usedAt: new Date(Date.now() - 5_000).toISOString(),
});

test("a report is taken, told back as a state, and once by its key", async () => {
  const headers = { "idempotency-key": "orders-api-0001" };
  const first = await report(valid(), { headers });
  expect([first.status, JSON.parse(first.text)]).toEqual([
    201,
    { consumerId: expect.any(String), bindingId, state: "moved", currentVersion: 1 },
  ]);
  const body = { ...valid(), usedAt: undefined };
  const keyed = { headers: { "idempotency-key": "orders-api-0002" } };
  const again = [await report(body, keyed), await report(body, keyed)];
  expect(again[0]?.text).toBe(again[1]?.text);
  const events = (await eventsOf(tenant)).filter(
    ({ type }) => type === "runtime.secrets.consumer-reported",
  );
  expect(events).toHaveLength(2);
  expect(events[0]).toMatchObject({ actorKind: "service" });
});

test("refusals are problems that name field and remedy, and quote nothing that was sent", async () => {
  const value = `cnry-${randomBytes(12).toString("hex")}`;
  const bodies: unknown[] = [
    { ...valid(), workload: { name: value } },
    { ...valid(), password: value },
    { ...valid(), [value]: true },
    { ...valid(), binding: { store: "openbao", path: value } },
    { ...valid(), usedAt: value },
    { ...valid(), version: value },
    `{"password": "${value}`,
    value,
  ];
  for (const body of bodies) {
    const refused = await report(body);
    expect([refused.status, refused.type]).toEqual([400, "application/problem+json"]);
    expect(JSON.parse(refused.text)).toMatchObject({ code: "invalid", field: expect.any(String) });
    expect(refused.text).not.toContain(value);
  }
  const stored = await asSuperuser<{ found: number }>(
    "SELECT count(*)::int AS found FROM secret_consumer c WHERE c::text LIKE '%' || $1 || '%'",
    [value],
  );
  expect(stored).toEqual([{ found: 0 }]);
});

test("another role may not; another tenant and an absent one answer alike", async () => {
  expect((await report(valid(), { role: "developer" })).status).toBe(403);
  const told = async (name: string) => {
    const { status, text } = await report(valid(), { headers: { "x-tenant-id": name } });
    const { traceId: _, ...rest } = JSON.parse(text);
    return { status, ...rest };
  };
  const foreign = await told("muscatpharmacy");
  expect(foreign).toMatchObject({ status: 404, code: "not_found" });
  expect(foreign).toEqual(await told("no-such-tenant"));
  const absent = { ...valid(), binding: { bindingId: "01900000-0000-7000-8000-000000000000" } };
  expect((await report(absent)).status).toBe(404);
});
