import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { previewIgnore } from "./preview-ignore.ts";
import type { IgnoreRuleSpec } from "./schema.ts";
import { found } from "./testing/drift-fixture.ts";

const SPEC: IgnoreRuleSpec = {
  kind: "json-pointer",
  expression: "/spec/replicas",
  apiGroup: null,
  objectKind: null,
  namespace: null,
  name: null,
};
const image = (container: string) => ({
  path: `/spec/template/spec/containers/${container}/image`,
  kind: "changed" as const,
  desired: "a:1",
  live: "a:2",
  manager: "kubectl-set",
});
const replicas = { path: "/spec/replicas", kind: "changed" as const, desired: 2, live: 3 };

test("a rule's preview counts what it hides, what is gone by it, and never another tenant's", async () => {
  const tenant = await newTenant("drift");
  const [web, , worst] = await found(
    tenant,
    { name: "web" },
    { name: "both", differences: [replicas, image("web")], differenceCount: 2 },
    { name: "worst", namespace: "shop-test", severity: "critical" },
    { name: "side", differences: [image("proxy")] },
  );
  await found(await newTenant("drift"), { name: "theirs" });
  const preview = (fields: Partial<IgnoreRuleSpec>) =>
    withTenant(tenant, "tenant", (tx) => previewIgnore(tx, tenant, { ...SPEC, ...fields }, []));

  const all = await preview({});
  expect(all).toMatchObject({
    problem: null,
    objects: 3,
    differences: 3,
    gone: { count: 2, critical: 1, high: 0 },
    isWhole: true,
  });
  expect(all.items[0]).toMatchObject({ findingId: worst, isGone: true, severity: "critical" });
  expect(all.items.map(({ object }) => object.name).sort()).toEqual(["both", "web", "worst"]);

  const prod = await preview({ namespace: "*-prod", name: "w*" });
  expect(prod.items.map(({ findingId }) => findingId)).toEqual([web]);
  expect(await preview({ objectKind: "Service" })).toMatchObject({ objects: 0, looked: 0 });
  expect(await preview({ kind: "manager", expression: "kubectl-set" })).toMatchObject({
    objects: 2,
    gone: { count: 1 },
  });
  // An item of a list is known by its key, without the object itself.
  const path = '.spec.template.spec.containers[] | select(.name == "proxy") | .image';
  const picked = await preview({ kind: "jq-path", expression: path });
  expect(picked.items.map(({ object }) => object.name)).toEqual(["side"]);
});

test("a rule that can't be followed says so, and hides nothing", async () => {
  const tenant = await newTenant("drift");
  await found(tenant, {});
  const spec = { ...SPEC, kind: "jq-path" as const, expression: ".spec | length" };
  const preview = await withTenant(tenant, "tenant", (tx) => previewIgnore(tx, tenant, spec, []));
  expect(preview).toMatchObject({ problem: expect.any(String), objects: 0, items: [] });
});
