import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { admissionOverview } from "../queries.ts";
import type { NamespaceRule } from "../schema.ts";
import { REASON, registerCluster, sovereignAdmin } from "../testing/admission-fixture.ts";
import { saveAdmissionCluster } from "./save-admission-cluster.ts";
import { saveAdmissionNamespaces } from "./save-admission-namespaces.ts";

test("whose each namespace is: saved, exempted, taken back; each organization sees its own", async () => {
  const [tenant, other] = [await newTenant("admission"), await newTenant("admission")];
  const cluster = await registerCluster();
  const admin = await sovereignAdmin();
  const save = async (...namespaces: (NamespaceRule | Omit<NamespaceRule, "service">)[]) => {
    const input = { cluster, namespaces: namespaces as NamespaceRule[], reason: REASON };
    return (await runVerb(saveAdmissionNamespaces, admin, input)).changed;
  };
  const own = { namespace: "shop-prod", rule: "owned", tenant, environment: "prod" } as const;
  expect(await save(own, { namespace: "ingress", rule: "exempt" })).toBe(2);
  expect(await save(own)).toBe(0);
  const seenBy = async (who: typeof tenant) => {
    const { here, namespaces } = await withTenant(who, "tenant", (tx) =>
      admissionOverview(tx, who),
    );
    const ours = (each: { cluster: string }) => each.cluster === cluster;
    return { here: here.filter(ours), namespaces: namespaces.filter(ours) };
  };
  expect(await seenBy(tenant)).toMatchObject({
    here: [{ namespace: "shop-prod", environment: "prod", service: null }],
    namespaces: [],
  });
  expect(await seenBy(other)).toEqual({ here: [], namespaces: [] });
  expect((await seenBy(sovereignTenant())).namespaces.map(({ rule }) => rule)).toEqual([
    "exempt",
    "owned",
  ]);
  await runVerb(saveAdmissionCluster, admin, { cluster, tenants: [other], reason: REASON });
  expect((await seenBy(tenant)).here).toEqual([]);
  await runVerb(saveAdmissionCluster, admin, { cluster, tenants: "every", reason: REASON });
  expect(await save({ namespace: "shop-prod", rule: "removed" })).toBe(1);
  expect((await seenBy(tenant)).here).toEqual([]);
  const events = (await eventsOf(sovereignTenant())).filter(
    ({ type, subject }) =>
      type === "runtime.admission.namespaces-saved" && subject === `admission-cluster/${cluster}`,
  );
  expect(events.map(({ payload }) => payload)).toMatchObject([
    {
      namespaces: [
        { rule: "owned", tenant },
        { namespace: "ingress", rule: "exempt" },
      ],
      reason: REASON,
    },
    { namespaces: [{ namespace: "shop-prod", rule: "removed" }] },
  ]);
});

test("the Sovereign's alone, of organizations that the cluster serves; bad input names the field", async () => {
  const tenant = await newTenant("admission");
  const cluster = await registerCluster([tenant]);
  const exempt: NamespaceRule = { namespace: "ingress", rule: "exempt" };
  const save = (caller: Parameters<typeof runVerb>[1], over: object = {}) =>
    runVerb(saveAdmissionNamespaces, caller, {
      cluster,
      namespaces: [exempt],
      reason: REASON,
      ...over,
    });
  await expect(save(userOf(tenant, "admin", { roles: ["sovereign-admin"] }))).rejects.toMatchObject(
    {
      code: "forbidden",
    },
  );
  await expect(save(userOf(sovereignTenant(), "officer"))).rejects.toMatchObject({
    code: "forbidden",
  });
  const admin = await sovereignAdmin();
  await expect(save(admin, { cluster: "absent" })).rejects.toMatchObject({ code: "not_found" });
  const foreign = { namespace: "x", rule: "owned", tenant: "another", environment: "prod" };
  for (const [field, over] of [
    ["namespaces.0.tenant", { namespaces: [foreign] }],
    ["namespaces", { namespaces: [exempt, exempt] }],
    ["namespaces.0.namespace", { namespaces: [{ ...exempt, namespace: "Not A Namespace" }] }],
    ["reason", { reason: "short" }],
  ] as const) {
    await expect(save(admin, over)).rejects.toMatchObject({ code: "invalid", details: { field } });
  }
});
