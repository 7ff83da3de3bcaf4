import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { secretPolicyDetail } from "../queries.ts";
import { policyText, REASON, save } from "../testing/policy-fixture.ts";
import { retireSecretPolicy } from "./retire-secret-policy.ts";

async function rig() {
  const officer = userOf(await newTenant("policies"), "officer");
  const [policy] = await save(officer, policyText("one"));
  return { officer, policyId: policy?.policyId ?? "" };
}

test("takes it out of force, once, and keeps every version", async () => {
  const { officer, policyId } = await rig();
  const retire = () => runVerb(retireSecretPolicy, officer, { policyId, reason: REASON });
  expect(await retire()).toEqual({ policyId, version: 2 });
  expect(await retire()).toEqual({ policyId, version: 2 });
  const { tenant } = officer;
  const { policy, versions } = await withTenant(tenant, "tenant", (tx) =>
    secretPolicyDetail(tx, tenant, policyId),
  );
  expect(policy.retiredAt).toBeInstanceOf(Date);
  expect(versions.map((each) => [each.version, each.isRetirement])).toEqual([
    [2, true],
    [1, false],
  ]);
  const inForce = await withTenant(tenant, "tenant", (tx) =>
    tx.query("SELECT * FROM app.policies_in_force() WHERE origin = 'tenant'"),
  );
  expect(inForce).toEqual([]);
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.policies.retired",
    subject: `secret-policy/${policyId}`,
    payload: { name: "one", version: 2, reason: REASON },
  });
  expect(await typesOf(tenant)).toHaveLength(2);
});

test("a retired one can be made anew; its versions go on", async () => {
  const { officer, policyId } = await rig();
  await runVerb(retireSecretPolicy, officer, { policyId, reason: REASON });
  expect(await save(officer, policyText("one"))).toEqual([
    { policyId, name: "one", version: 3, outcome: "restored" },
  ]);
});

test("another tenant's is not found, exactly as one that isn't there", async () => {
  const [mine, theirs] = [await rig(), await rig()];
  const ask = (policyId: string) =>
    runVerb(retireSecretPolicy, mine.officer, { policyId, reason: REASON }).catch((error) => error);
  const [a, b] = [await ask(theirs.policyId), await ask(uuidv7())];
  expect(a).toMatchObject({ code: "not_found" });
  expect([a.message, a.details]).toEqual([b.message, b.details]);
});

test("without the scope it is forbidden", async () => {
  const { officer, policyId } = await rig();
  const developer = userOf(officer.tenant, "dev", { roles: ["developer"] });
  await expect(
    runVerb(retireSecretPolicy, developer, { policyId, reason: REASON }),
  ).rejects.toMatchObject({ code: "forbidden" });
});

test.each([
  [{ policyId: "nonsense", reason: REASON }, "policyId"],
  [{ policyId: uuidv7(), reason: "short" }, "reason"],
])("bad input names the field: %o", async (input, field) => {
  const officer = userOf(await newTenant("policies"), "officer");
  await expect(runVerb(retireSecretPolicy, officer, input)).rejects.toMatchObject({
    code: "invalid",
    details: { field },
  });
});
