import { afterAll, beforeAll, expect, test } from "vitest";
import { standings } from "#server/features/discovery/testing/discovery-rig.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import type { ApiClient } from "#test/fixtures/api-client.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { ServiceCallers } from "#test/fixtures/service-callers.ts";
import { POST as unbind } from "./[id]/unbind/route.ts";
import { POST } from "./route.ts";

const TENANT = "acme-shop";
const tenant = mintAuthorizedTenant(TENANT);
const REASON = "deployed with release 1.8.2";
let callers: ServiceCallers;
const clients: Record<string, ApiClient> = {};

beforeAll(async () => {
  callers = await ServiceCallers.start({ tenants: [TENANT] });
  for (const role of ["security-officer", "developer"] as const) {
    clients[role] = await callers.client(`pipeline-${role}`, { roles: [role] });
  }
}, 60_000);
afterAll(async () => {
  await closePools();
  await closeIdentityPools();
  await callers?.stop();
});

async function call(
  path: string,
  body: string,
  { role = "security-officer", as = TENANT, id }: { role?: string; as?: string; id?: string } = {},
) {
  const send = (request: Request) =>
    id ? unbind(request, { params: Promise.resolve({ id }) }) : POST(request);
  const headers = {
    "x-tenant-id": as,
    "x-reason": REASON,
    "content-type": id ? "application/json" : "application/yaml",
  };
  const client = clients[role] as ApiClient;
  const response = await client.call(send, "POST", `/api/v1/bindings${path}`, { body, headers });
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    body: JSON.parse(await response.text()),
  };
}

const document = (name: string, path = `${TENANT}/prod/${name}`) => ({
  apiVersion: "catalyst.openova.io/v1alpha1",
  kind: "SecretBinding",
  metadata: { name },
  spec: {
    class: "api-token",
    environment: "prod",
    owner: "team-orders",
    path,
    rotator: { kind: "kv-generated", field: "value", bytes: 32, keep: [] },
  },
});

test("a pipeline binds by JSON or YAML and unbinds, in its own name", async () => {
  const made = await call("", JSON.stringify(document("by-json")));
  expect(made).toMatchObject({ status: 200, body: { bindings: [{ outcome: "created" }] } });
  expect(await call("", JSON.stringify(document("by-json")))).toMatchObject({
    body: { bindings: [{ outcome: "unchanged" }] },
  });
  const { bindingId: id } = made.body.bindings[0];
  const ended = await call(`/${id}/unbind`, JSON.stringify({ reason: REASON }), { id });
  expect(ended).toMatchObject({ status: 200, body: { bindingId: id } });
  expect((await standings(tenant))[`${TENANT}/prod/by-json`]).toBe("retired");
  const told = (await eventsOf(tenant)).filter(({ subject }) => subject.endsWith(id));
  expect(told.map(({ type }) => type)).toEqual([
    "runtime.secrets.bound",
    "runtime.secrets.unbound",
  ]);
});

test("problems come with line and field, and nothing is bound", async () => {
  const bad = [
    JSON.stringify(document("good")),
    JSON.stringify(document("theirs", "muscatpharmacy/prod/x")),
  ].join("\n---\n");
  const refused = await call("", bad);
  expect(refused).toMatchObject({
    status: 400,
    type: "application/problem+json",
    body: {
      code: "invalid",
      problems: [
        { line: 3, field: "spec.path", message: expect.stringContaining("must lie below") },
      ],
    },
  });
  expect(await standings(tenant)).not.toHaveProperty(`${TENANT}/prod/good`);
});

test.each([
  ["another tenant", "", { as: "muscatpharmacy" }, 404],
  ["no scope", "", { role: "developer" }, 403],
  ["too much", "#".repeat(1_048_577), {}, 413],
  ["no document", "", {}, 400],
])("%s is refused", async (_, body, how, status) => {
  expect(await call("", body, how)).toMatchObject({ status, type: "application/problem+json" });
});

test("a reason is asked for, and an id that is none is as absent", async () => {
  const id = "01900000-0000-7000-8000-000000000000";
  const ending = (which: string, body: object) =>
    call(`/${which}/unbind`, JSON.stringify(body), { id: which });
  expect(await ending(id, {})).toMatchObject({ status: 400, body: { field: "reason" } });
  expect(await ending("x", { reason: REASON })).toMatchObject({ status: 404 });
  expect(await ending(id, { reason: REASON })).toMatchObject({ status: 404 });
});
