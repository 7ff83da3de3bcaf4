import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { DEFAULT_POLICY } from "../policies-in-force.ts";
import { remediationPolicies } from "../queries.ts";
import { saveRemediationPolicy } from "./save-remediation-policy.ts";

test("only the Sovereign saves; it applies everywhere; a change of an older version is stale", async () => {
  const sovereign = sovereignTenant();
  await asSuperuser(
    "INSERT INTO tenant (tenant_id, kind, display_name) VALUES ($1, 'sovereign', $1) ON CONFLICT DO NOTHING",
    [sovereign],
  );
  const tenant = await newTenant("mend");
  const admin = (of = sovereign) => userOf(of, "admin", { roles: ["sovereign-admin"] });
  const here = async () => {
    const found = await withTenant(tenant, "tenant", (tx) => remediationPolicies(tx, tenant));
    return found.policies.find(({ rule }) => rule === "changed-quota");
  };
  const basedOn = (await here())?.version ?? 0;
  const spec = {
    ...DEFAULT_POLICY,
    mode: "auto" as const,
    safeKinds: ["ResourceQuota"],
    mostPerHour: basedOn + 1,
  };
  const input = { rule: "changed-quota" as const, basedOn, spec, reason: "quotas are safe" };
  await expect(runVerb(saveRemediationPolicy, admin(tenant), input)).rejects.toMatchObject({
    code: "forbidden",
  });
  await runVerb(saveRemediationPolicy, admin(), input);
  expect(await here()).toMatchObject({ version: basedOn + 1, spec, savedByName: null });
  expect(
    await runVerb(saveRemediationPolicy, admin(), { ...input, basedOn: basedOn + 1 }),
  ).toMatchObject({ outcome: "unchanged" });
  const stale = { ...input, spec: { ...spec, mostPerHour: 900 } };
  await expect(runVerb(saveRemediationPolicy, admin(), stale)).rejects.toMatchObject({
    code: "stale",
  });
  for (const wrong of [{ safeKinds: [] }, { safeKinds: ["Secret"] }]) {
    const bad = { ...input, spec: { ...spec, ...wrong } };
    await expect(runVerb(saveRemediationPolicy, admin(), bad)).rejects.toMatchObject({
      code: "invalid",
    });
  }
  await runVerb(saveRemediationPolicy, admin(), {
    ...input,
    basedOn: basedOn + 1,
    spec: DEFAULT_POLICY,
  });
});
