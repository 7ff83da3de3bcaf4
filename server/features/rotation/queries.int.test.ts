import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { bindingDetail, listBindings } from "./queries.ts";
import { rotationSummary } from "./rotation-summary.ts";
import { bind, claim, force, newRig, REASON, type Rig, walkTo } from "./testing/rotation-rig.ts";
import {
  BINDING_SORTS,
  BindingDetailOutput,
  ListBindingsInput,
  ListBindingsOutput,
} from "./views.ts";

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
const NONE = { kind: "none", missing: "no provider." } as const;
const token = (name: string, days: number | null) => ({
  name,
  class: "api-token" as const,
  rotator: NONE,
  lastRotatedAt: days === null ? null : daysAgo(days),
});

let rig: Rig;
let foreign: AuthorizedTenantId;
beforeAll(async () => {
  rig = await newRig({ name: "alpha", environment: "prod" });
  await bind(rig.tenant, { ...token("bravo", 91), environment: "dev" });
  await bind(rig.tenant, token("charlie", 85));
  await bind(rig.tenant, token("delta", 10));
  await bind(rig.tenant, { ...token("echo", null), class: "tls-certificate" });
  await bind(rig.tenant, { ...token("foxtrot", 600), class: "manual", owner: "Finance" });
  foreign = await newTenant("rotation");
  await bind(foreign, { name: "foreign" });
});

async function list(input: Partial<ListBindingsInput> = {}, tenant = rig.tenant) {
  const full = ListBindingsInput.parse(input);
  const found = await withTenant(tenant, "tenant", (tx) => listBindings(tx, tenant, full));
  return ListBindingsOutput.parse(found);
}
const names = async (input: Partial<ListBindingsInput> = {}) =>
  (await list(input)).bindings.map((binding) => binding.name);

test("each credential has its rule, its age and its status", async () => {
  const { bindings } = await list({ sort: "name" });
  expect(bindings.map((b) => [b.name, b.status])).toEqual([
    ["alpha", "healthy"],
    ["bravo", "overdue"],
    ["charlie", "due-soon"],
    ["delta", "unmanaged"],
    ["echo", "healthy"],
    ["foxtrot", "unmanaged"],
  ]);
  const [alpha, bravo, , , echo] = bindings;
  expect(alpha).toMatchObject({ missing: null, rule: { maxTtlSeconds: 3600, autoRotate: true } });
  expect(bravo).toMatchObject({ missing: "no provider.", rule: { maxTtlSeconds: 90 * 86_400 } });
  expect(Math.abs((bravo?.ageSeconds ?? 0) - 91 * 86_400)).toBeLessThan(60);
  expect(echo).toMatchObject({
    ageSeconds: null,
    limitAt: null,
    rule: { managedBy: "cert-manager" },
  });
});

test.each<[Partial<ListBindingsInput>, string[]]>([
  [{ text: "ALPH" }, ["alpha"]],
  [{ text: "finance" }, ["foxtrot"]],
  [{ text: "%" }, []],
  [{ classes: ["api-token"] }, ["bravo", "charlie", "delta"]],
  [{ environments: ["dev"] }, ["bravo"]],
  [{ statuses: ["overdue", "due-soon"] }, ["bravo", "charlie"]],
  [{ classes: ["api-token"], statuses: ["unmanaged"] }, ["delta"]],
  [{ classes: [] }, ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot"]],
])("filters by %o", async (input, expected) => {
  expect(await names({ ...input, sort: "name" })).toEqual(expected);
});

test.each<[Partial<ListBindingsInput>, string]>([
  [{ sort: "status" }, "bravo"],
  [{ sort: "age", order: "desc" }, "foxtrot"],
  [{ sort: "age", order: "asc" }, "echo"],
  [{ sort: "next", order: "asc" }, "bravo"],
  [{ sort: "name", order: "desc" }, "foxtrot"],
])("sorts by %o", async (input, first) => {
  expect((await names(input))[0]).toBe(first);
});

test("pages in any order and size give every credential once", async () => {
  const anySort = fc.constantFrom(...BINDING_SORTS);
  const anyOrder = fc.constantFrom("asc" as const, "desc" as const);
  await fc.assert(
    fc.asyncProperty(
      anySort,
      anyOrder,
      fc.integer({ min: 1, max: 4 }),
      async (sort, order, limit) => {
        const seen: string[] = [];
        let cursor: string | null = null;
        do {
          const page: Awaited<ReturnType<typeof list>> = await list({ sort, order, limit, cursor });
          seen.push(...page.bindings.map((binding) => binding.name));
          cursor = page.nextCursor;
        } while (cursor);
        expect(seen).toEqual(await names({ sort, order }));
      },
    ),
    { numRuns: 30 },
  );
});

test.each([
  "nonsense",
  Buffer.from('["x"]').toString("base64url"),
  Buffer.from("[1,2]").toString("base64url"),
])("a made-up cursor is refused by name: %s", async (cursor) => {
  await expect(list({ cursor })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "cursor" },
  });
});

describe("a rotation in the dashboard", () => {
  test("shows while it runs, in the list, the strip and the detail", async () => {
    const own = await newRig({ graceSeconds: 3_600 });
    const { rotationId } = await force(own);
    const [requested] = (await list({}, own.tenant)).bindings;
    expect(requested).toMatchObject({ status: "rotating", openRotation: { state: "requested" } });
    await walkTo(own, await claim(own, rotationId), "grace");
    const [inGrace] = (await list({}, own.tenant)).bindings;
    expect(inGrace).toMatchObject({ status: "in-grace", currentVersion: 2 });
    const summary = await withTenant(own.tenant, "tenant", (tx) => rotationSummary(tx, own.tenant));
    expect(summary).toMatchObject({ total: 1, inGrace: 1, overdue: 0, failed: 0, unmanaged: 0 });
    const detail = BindingDetailOutput.parse(
      await withTenant(own.tenant, "tenant", (tx) => bindingDetail(tx, own.tenant, own.bindingId)),
    );
    const [rotation] = detail.rotations;
    expect(rotation).toMatchObject({
      rotationId,
      reason: REASON,
      requestedBy: { kind: "user", subject: "officer" },
      oldHandle: { role: "orders-a", version: 1 },
      newHandle: { role: "orders-b", version: 2 },
    });
    expect(rotation?.steps.map((step) => [step.state, step.actorKind])).toEqual([
      ["requested", "user"],
      ["staged", "worker"],
      ["applied", "worker"],
      ["verified", "worker"],
      ["promoted", "worker"],
      ["grace", "worker"],
    ]);
  });

  test("another tenant's detail is not found", async () => {
    const read = withTenant(foreign, "tenant", (tx) => bindingDetail(tx, foreign, rig.bindingId));
    await expect(read).rejects.toMatchObject({ code: "not_found" });
  });
});

test("the strip counts, and the calendar has 90 days", async () => {
  const summary = await withTenant(rig.tenant, "tenant", (tx) => rotationSummary(tx, rig.tenant));
  expect(summary).toMatchObject({
    total: 6,
    overdue: 1,
    dueSoon: 1,
    inGrace: 0,
    failed: 0,
    unmanaged: 2,
    leaked: 0,
  });
  expect(summary.upcoming).toHaveLength(90);
  expect(summary.upcoming[0]?.day).toBe(new Date().toISOString().slice(0, 10));
  // alpha within the hour (perhaps past midnight), bravo and charlie since days.
  const soon = (summary.upcoming[0]?.count ?? 0) + (summary.upcoming[1]?.count ?? 0);
  expect(soon).toBe(3);
});
