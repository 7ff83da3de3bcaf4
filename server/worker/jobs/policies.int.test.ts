import { expect, test } from "vitest";
import { bind, bindingRow, force, newRig } from "#server/features/rotation/testing/rotation-rig.ts";
import { policyText, save } from "#server/features/secret-policies/testing/policy-fixture.ts";
import { applyChangedPolicies } from "./policies.ts";

test("every tenant whose policies changed is judged anew, and then none is due", async () => {
  const rigs = [await newRig({ class: "api-token" }), await newRig({ class: "api-token" })];
  await applyChangedPolicies();
  for (const rig of rigs) await save(rig.officer, policyText("tokens"));
  expect(await applyChangedPolicies()).toBe(2);
  for (const rig of rigs) {
    const row = await bindingRow(rig);
    expectWithin(row.next_rotation_at - row.last_rotated_at, 28 * 86_400_000, 86_400_000);
  }
  expect(await applyChangedPolicies()).toBe(0);
});

test("an approval that a policy asks for holds from the moment it is saved", async () => {
  const rig = await newRig({ class: "database-credential" });
  const rule = "{ kind: database-credential, maxTTL: 1d, requireApproval: [security-officer] }";
  await save(rig.officer, policyText("careful", rule));
  const outcome = await force(rig).then(
    (opened) => opened.state,
    (error) => error.code,
  );
  expect(["conflict", "awaiting_approval"]).toContain(outcome);
});

test("what is bound under a policy has its rule at once, also when its class changes", async () => {
  const rig = await newRig({ class: "manual" });
  await save(rig.officer, policyText("tokens"));
  const before = await bindingRow(rig);
  expect(before.next_rotation_at).toBeNull();
  const { name, path } = before;
  await bind(rig.tenant, { name, path, class: "api-token" });
  const row = await bindingRow(rig);
  expect(row.rule.source.policy).toMatchObject({ name: "tokens" });
  expectWithin(row.next_rotation_at - row.last_rotated_at, 28 * 86_400_000, 86_400_000);
});

/** The rule's time, and some jitter. */
function expectWithin(millis: number, from: number, jitter: number): void {
  expect(millis).toBeGreaterThanOrEqual(from);
  expect(millis).toBeLessThanOrEqual(from + jitter);
}
