import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { liveGrants } from "../index.ts";
import { activateGrant } from "./activate-grant.ts";
import { endGrant } from "./end-grant.ts";

test("what was decided elsewhere ends a grant, once, and takes the scope to revoke", async () => {
  const tenant = await newTenant("elevation");
  const ada = userOf(tenant, "ada", { scopes: ["runtime.elevation.request"] });
  const { grantId } = await runVerb(activateGrant, ada, {
    kind: "jit",
    environment: "prod",
    scopes: ["runtime.secrets.rotate"],
    reason: "incident 7",
    durationSeconds: 3_600,
    proof: null,
  });
  const end = (roles: ["security-officer"] | ["developer"]) =>
    runVerb(endGrant, userOf(tenant, "bob", { roles }), { grantId, reason: "review" });
  await expect(end(["developer"])).rejects.toMatchObject({ code: "forbidden" });
  expect(await end(["security-officer"])).toMatchObject({ state: "revoked" });
  expect(await end(["security-officer"])).toMatchObject({ state: "revoked" });
  const person = { issuer: `https://idp.test/realms/${tenant}`, subject: "ada" };
  expect(await withTenant(tenant, "tenant", (tx) => liveGrants(tx, tenant, person))).toEqual([]);
});
