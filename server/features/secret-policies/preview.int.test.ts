import { expect, test } from "vitest";
import type { z } from "zod";
import { parseSecretPolicies } from "#server/engines/secret-policy/parse-policies.ts";
import { withTenant, withTenantSet } from "#server/platform/db/tenant-transaction.ts";
import {
  type AuthorizedTenantId,
  mintAuthorizedTenantSet,
} from "#server/platform/tenancy/authorized-tenant.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { overviewOf, ownView, previewChanges } from "./preview.ts";
import { effectiveRuleOf } from "./queries.ts";
import {
  apply,
  bindToken,
  label,
  newName,
  policyText,
  save,
  sovereignAdmin,
} from "./testing/policy-fixture.ts";

const preview = (tenant: AuthorizedTenantId, yaml: string) =>
  withTenant(
    tenant,
    "tenant",
    async (tx) => {
      const { policies } = parseSecretPolicies(yaml);
      return previewChanges(tx, await ownView(tx, tenant), policies, "tenant");
    },
    { readOnly: true },
  );

test("counts what would become overdue or move, names it, and saves nothing", async () => {
  const tenant = await newTenant("preview");
  const [old] = [
    await bindToken(tenant, 40),
    await bindToken(tenant, 5),
    await bindToken(tenant, null),
  ];
  const { counts, credentials } = await preview(tenant, policyText("p"));
  expect(counts).toEqual({ affected: 3, becomesOverdue: 1, rescheduled: 2 });
  expect(credentials[0]).toMatchObject({ bindingId: old, becomesOverdue: true });
  expect(credentials).toHaveLength(3);
  expect((await preview(tenant, policyText("p"))).counts.affected).toBe(3);
});

test("what is saved already, or says what the default says, changes nothing", async () => {
  const tenant = await newTenant("preview");
  await bindToken(tenant, 40);
  const standard = policyText("std", "{ kind: api-token, maxTTL: 90d, rotateBefore: 7d }");
  expect((await preview(tenant, standard)).counts.affected).toBe(0);
  await save(userOf(tenant, "officer"), policyText("p"));
  await apply(tenant);
  expect((await preview(tenant, policyText("p"))).counts.affected).toBe(0);
  const laxer = policyText("other", "{ kind: api-token, maxTTL: 60d }");
  expect((await preview(tenant, laxer)).counts.affected).toBe(0);
  const replaced = policyText("p", "{ kind: api-token, maxTTL: 60d }");
  expect((await preview(tenant, replaced)).counts).toMatchObject({
    affected: 1,
    becomesOverdue: 0,
  });
});

test("an overview looks at matching tenants of the signed set and at no other", async () => {
  const [gold, plain, outside] = [
    await newTenant("preview"),
    await newTenant("preview"),
    await newTenant("preview"),
  ];
  const tier = newName();
  await sovereignAdmin();
  for (const tenant of [gold, outside]) await label(tenant, { tier });
  for (const tenant of [gold, plain, outside]) await bindToken(tenant, 40);
  const set = mintAuthorizedTenantSet([gold, plain, sovereignTenant()]);
  const { policies } = parseSecretPolicies(policyText(newName(), undefined, { tier }));
  const found = await withTenantSet(set, async (tx) => {
    const view = await overviewOf(tx, set);
    return previewChanges(tx, view, policies, "sovereign");
  });
  expect(found.counts).toEqual({ affected: 1, becomesOverdue: 1, rescheduled: 1 });
  expect(found.credentials.map((each) => each.tenantId)).toEqual([gold]);
});

test("the effective rule says which policy it comes from, and what it is stricter than", async () => {
  const tenant = await newTenant("preview");
  const bindingId = await bindToken(tenant, 1);
  const rule = (id = bindingId, of = tenant) =>
    withTenant(of, "tenant", (tx) => effectiveRuleOf(tx, of, id));
  const source = async () => (await rule()).rule.source as z.infer<z.ZodAny>;
  expect((await source()).origin).toBe("default");
  const [tier, name] = [newName(), newName()];
  await label(tenant, { tier });
  await save(await sovereignAdmin(), policyText(name, undefined, { tier }));
  await save(userOf(tenant, "officer"), policyText("own", "{ kind: api-token, maxTTL: 60d }"));
  expect(await source()).toEqual({
    origin: "sovereign",
    policy: { origin: "sovereign", name, version: 1 },
    line: 9,
    stricterThan: [{ origin: "tenant", name: "own", version: 1 }],
  });
  expect((await rule()).isApplied).toBe(false);
  await apply(tenant);
  expect((await rule()).isApplied).toBe(true);
  const other = await newTenant("preview");
  await expect(rule(bindingId, other)).rejects.toMatchObject({ code: "not_found" });
});
