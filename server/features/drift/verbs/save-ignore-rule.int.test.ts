import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { ignoredBy } from "../ignore-queries.ts";
import { summary } from "../summary-queries.ts";
import { officerOf } from "../testing/drift-fixture.ts";
import { saveIgnoreRule } from "./save-ignore-rule.ts";

const RULE = {
  basedOn: 0,
  spec: {
    kind: "jq-path" as const,
    expression: ".spec.replicas",
    apiGroup: null,
    objectKind: "Deployment",
    namespace: null,
    name: null,
  },
  owner: "platform team",
  reason: "scaled by the autoscaler",
  forSeconds: 86_400,
};

test("every version stays, each with its owner, reason and end", async () => {
  const tenant = await newTenant("drift");
  const save = (fields: object) =>
    runVerb(saveIgnoreRule, officerOf(tenant), { ...RULE, ...fields });
  const { ruleId } = await save({});
  await expect(save({ ruleId })).rejects.toMatchObject({ code: "stale" });
  expect(await save({ ruleId, basedOn: 1, owner: "shop team" })).toEqual({ ruleId, version: 2 });
  const { versions, rule } = await withTenant(tenant, "tenant", (tx) =>
    ignoredBy(tx, tenant, { ruleId, limit: 10 }, []),
  );
  expect(versions.map(({ version, owner }) => [version, owner])).toEqual([
    [2, "shop team"],
    [1, "platform team"],
  ]);
  expect(rule).toMatchObject({ state: "in-force", savedByName: "Name of officer" });
  expect(await typesOf(tenant)).toEqual([
    "runtime.drift.ignore-rule-saved",
    "runtime.drift.ignore-rule-saved",
  ]);
  const stranger = officerOf(await newTenant("drift"));
  await expect(
    runVerb(saveIgnoreRule, stranger, { ...RULE, ruleId, basedOn: 2 }),
  ).rejects.toMatchObject({ code: "not_found" });
});

test("a rule on trial is told as one, is in force for nobody, and is put into force by saving it so", async () => {
  const tenant = await newTenant("drift");
  const officer = officerOf(tenant);
  const spec = { ...RULE.spec, isTrial: true };
  const { ruleId } = await runVerb(saveIgnoreRule, officer, { ...RULE, spec });
  const stateOf = async () =>
    withTenant(tenant, "tenant", async (tx) => ({
      state: (await ignoredBy(tx, tenant, { ruleId, limit: 1 }, [])).rule.state,
      rules: (await summary(tx, tenant)).ignored.rules,
    }));
  expect(await stateOf()).toEqual({ state: "trial", rules: 0 });
  await runVerb(saveIgnoreRule, officer, { ...RULE, ruleId, basedOn: 1 });
  expect(await stateOf()).toEqual({ state: "in-force", rules: 1 });
});

test("what can't be followed is refused with its place; only some may", async () => {
  const tenant = await newTenant("drift");
  const spec = { ...RULE.spec, expression: ".spec | length" };
  await expect(runVerb(saveIgnoreRule, officerOf(tenant), { ...RULE, spec })).rejects.toMatchObject(
    { code: "invalid", details: { field: "spec.expression" } },
  );
  const owner = userOf(tenant, "owner", { roles: ["org-admin"] });
  await expect(runVerb(saveIgnoreRule, owner, RULE)).rejects.toMatchObject({ code: "forbidden" });
});
