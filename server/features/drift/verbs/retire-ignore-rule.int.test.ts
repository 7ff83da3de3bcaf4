import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { driftWorkerOf, officerOf } from "../testing/drift-fixture.ts";
import { beginDriftLook } from "./begin-drift-look.ts";
import { retireIgnoreRule } from "./retire-ignore-rule.ts";
import { saveIgnoreRule } from "./save-ignore-rule.ts";

test("ends a rule at once: the next look does not follow it", async () => {
  const tenant = await newTenant("drift");
  const officer = officerOf(tenant);
  const { ruleId } = await runVerb(saveIgnoreRule, officer, {
    basedOn: 0,
    spec: {
      kind: "manager",
      expression: "hpa",
      apiGroup: null,
      objectKind: null,
      namespace: null,
      name: null,
    },
    owner: "platform team",
    reason: "scaled by the autoscaler",
    forSeconds: 86_400,
  });
  const input = { ruleId, reason: "no autoscaler any more" };
  expect(await runVerb(retireIgnoreRule, officer, input)).toEqual({ outcome: "retired" });
  expect(await runVerb(retireIgnoreRule, officer, input)).toEqual({ outcome: "unchanged" });
  const look = { owner: "w", leaseSeconds: 60 };
  const { begun } = await runVerb(beginDriftLook, driftWorkerOf(tenant), look);
  expect(begun?.ignore).toEqual([]);
  expect((await typesOf(tenant)).at(-1)).toBe("runtime.drift.ignore-rule-retired");
  const stranger = officerOf(await newTenant("drift"));
  await expect(runVerb(retireIgnoreRule, stranger, input)).rejects.toMatchObject({
    code: "not_found",
  });
});
