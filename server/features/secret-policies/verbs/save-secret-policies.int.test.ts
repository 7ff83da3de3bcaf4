import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { listSecretPolicies, secretPolicyDetail } from "../queries.ts";
import {
  label,
  newName,
  policyText,
  REASON,
  save,
  sovereignAdmin,
} from "../testing/policy-fixture.ts";
import { saveSecretPolicies } from "./save-secret-policies.ts";

async function newOfficer() {
  return userOf(await newTenant("policies"), "officer");
}
type Officer = Awaited<ReturnType<typeof newOfficer>>;

const listed = ({ tenant }: Pick<Officer, "tenant">) =>
  withTenant(tenant, "tenant", (tx) => listSecretPolicies(tx, tenant));
const detail = ({ tenant }: Officer, policyId: string) =>
  withTenant(tenant, "tenant", (tx) => secretPolicyDetail(tx, tenant, policyId));

test("saves every policy of a text with its own source, and says so once for each", async () => {
  const officer = await newOfficer();
  const saved = await save(officer, `${policyText("one")}---\n${policyText("two")}`);
  expect(saved).toMatchObject([
    { name: "one", version: 1, outcome: "created" },
    { name: "two", version: 1, outcome: "created" },
  ]);
  const { policies } = await listed(officer);
  expect(policies.map((policy) => policy.name)).toEqual(["one", "two"]);
  const { policy, versions } = await detail(officer, saved[1]?.policyId ?? "");
  expect(policy).toMatchObject({
    source: policyText("two"),
    rules: [{ maxTtl: 2_592_000, line: 9 }],
  });
  const events = await eventsOf(officer.tenant);
  expect(events).toMatchObject([
    { type: "runtime.policies.saved", payload: { name: "one", version: 1, reason: REASON } },
    { type: "runtime.policies.saved", payload: { name: "two", version: 1, reason: REASON } },
  ]);
  expect(events.map((event) => event.subject).sort()).toEqual(
    saved.map((each) => `secret-policy/${each.policyId}`).sort(),
  );
  expect(versions[0]?.eventId).toBe(events.find((event) => event.payload.name === "two")?.eventId);
  expect(JSON.stringify(events.map((event) => event.envelope))).not.toContain(REASON);
});

test("a change makes a version and keeps the one before; the same text again changes nothing", async () => {
  const officer = await newOfficer();
  await save(officer, policyText("one"));
  const changed = policyText("one", "{ kind: api-token, maxTTL: 10d }");
  const [second] = await save(officer, changed, { one: 1 });
  expect(second).toMatchObject({ version: 2, outcome: "changed" });
  expect(await save(officer, changed, {})).toMatchObject([{ version: 2, outcome: "unchanged" }]);
  const { versions } = await detail(officer, second?.policyId ?? "");
  expect(versions.map(({ version, source }) => [version, source])).toEqual([
    [2, changed],
    [1, policyText("one")],
  ]);
  expect(await eventsOf(officer.tenant)).toHaveLength(2);
});

test.each([0, 1, 3])(
  "based on version %i of two it is stale, and nothing of it is saved",
  async (basedOn) => {
    const officer = await newOfficer();
    await save(officer, policyText("one"));
    await save(officer, policyText("one", "{ kind: api-token, maxTTL: 10d }"), { one: 1 });
    const third = policyText("one", "{ kind: api-token, maxTTL: 5d }");
    await expect(
      save(officer, `${policyText("a-new-one")}---\n${third}`, { one: basedOn }),
    ).rejects.toMatchObject({ code: "stale", details: { field: "basedOn" } });
    expect((await listed(officer)).policies.map(({ name, version }) => [name, version])).toEqual([
      ["one", 2],
    ]);
  },
);

test("of two that make the same at once, one is stale", async () => {
  const officer = await newOfficer();
  const both = await Promise.allSettled([
    save(officer, policyText("one", "{ kind: api-token, maxTTL: 1d }")),
    save(officer, policyText("one", "{ kind: api-token, maxTTL: 2d }")),
  ]);
  expect(both.map((each) => each.status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(both.find((each) => each.status === "rejected")).toMatchObject({
    reason: { code: "stale" },
  });
  expect((await listed(officer)).policies).toHaveLength(1);
});

test("every problem is reported with line and field, and nothing is saved", async () => {
  const officer = await newOfficer();
  const bad = policyText("bad", "{ kind: api-tokens, maxTTL: -1d }");
  const error = await save(officer, `${policyText("good")}---\n${bad}`).catch((e) => e);
  expect(error).toMatchObject({ code: "invalid", details: { field: "yaml" } });
  expect(error.message).toMatch(/line 19: spec\.rules\[0\]\.kind "api-tokens" is not a kind/);
  expect(error.message).toMatch(/line 19: spec\.rules\[0\]\.maxTTL "-1d" is not a duration/);
  expect((await listed(officer)).policies).toEqual([]);
  expect(await eventsOf(officer.tenant)).toEqual([]);
});

test("the Sovereign's apply to organizations with matching labels, an organization's to itself", async () => {
  const [mine, other] = [await newOfficer(), await newOfficer()];
  const tier = newName();
  const name = newName();
  await label(mine.tenant, { tier });
  await save(await sovereignAdmin(), policyText(name, undefined, { tier }));
  await save(mine, policyText("own", undefined, { tier }));
  const imposedOn = async (officer: Officer) =>
    (await listed(officer)).imposed.map((policy) => policy.name);
  expect(await imposedOn(mine)).toContain(name);
  expect(await imposedOn(other)).not.toContain(name);
  expect((await listed(other)).policies).toEqual([]);
  const inForce = (officer: Officer) =>
    withTenant(officer.tenant, "tenant", (tx) =>
      tx.query<{ name: string }>("SELECT name FROM app.policies_in_force()"),
    );
  expect((await inForce(mine)).map((row) => row.name)).toEqual(
    expect.arrayContaining([name, "own"]),
  );
  expect((await inForce(other)).map((row) => row.name)).not.toContain("own");
  expect((await listed({ tenant: sovereignTenant() })).imposed).toEqual([]);
});

test("another tenant's policy of the same name is another policy", async () => {
  const [mine, theirs] = [await newOfficer(), await newOfficer()];
  const [policy] = await save(theirs, policyText("one"));
  expect(await save(mine, policyText("one", "{ kind: api-token, maxTTL: 1d }"))).toMatchObject([
    { version: 1, outcome: "created" },
  ]);
  await expect(detail(mine, policy?.policyId ?? "")).rejects.toMatchObject({ code: "not_found" });
  expect((await detail(theirs, policy?.policyId ?? "")).versions).toHaveLength(1);
});

test("without the scope it is forbidden, and the denial is recorded", async () => {
  const tenant = await newTenant("policies");
  const developer = userOf(tenant, "dev", { roles: ["developer", "org-admin", "compliance"] });
  await expect(save(developer, policyText("one"))).rejects.toMatchObject({ code: "forbidden" });
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({ type: "runtime.access.denied" });
});

test.each([
  [{ yaml: "", reason: REASON }, "yaml"],
  [{ yaml: policyText("one"), reason: "  short  " }, "reason"],
  [{ yaml: policyText("one"), reason: REASON, basedOn: { one: -1 } }, "basedOn.one"],
])("bad input names the field: %o", async (input, field) => {
  await expect(runVerb(saveSecretPolicies, await newOfficer(), input)).rejects.toMatchObject({
    code: "invalid",
    details: { field },
  });
});

test("the same key saves it once and answers twice", async () => {
  const officer = { ...(await newOfficer()), idempotencyKey: `save-${newName()}` };
  const input = { yaml: policyText("one"), reason: REASON };
  const once = await runVerb(saveSecretPolicies, officer, input);
  expect(await runVerb(saveSecretPolicies, officer, input)).toEqual(once);
});

test("the database keeps versions and refuses what the code would not do", async () => {
  const officer = await newOfficer();
  await save(officer, policyText("one"));
  for (const text of [
    "UPDATE secret_policy_version SET source = 'x'",
    "DELETE FROM secret_policy_version",
    "DELETE FROM secret_policy",
    "SELECT * FROM app.policies_in_force_for('x')",
    "SELECT app.policy_digest_for('x')",
  ]) {
    await expect(
      withTenant(officer.tenant, "tenant", (tx) => tx.query(text)),
    ).rejects.toMatchObject({ code: "42501" });
  }
});
