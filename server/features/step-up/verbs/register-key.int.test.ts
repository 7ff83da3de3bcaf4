import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { personOf } from "../person-of.ts";
import { registrationSubject } from "../relying-party.ts";
import { newSoftwareKey, proveAtProvider, registered } from "../testing/step-up-rig.ts";
import { beginKeyRegistration } from "./begin-key-registration.ts";
import { registerKey } from "./register-key.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});

async function question(caller = userOf(tenant, "officer")) {
  await proveAtProvider(caller, registrationSubject(tenant, personOf(caller.actor)));
  return { caller, ...(await runVerb(beginKeyRegistration, caller, {})) };
}

test("keeps the public key under its name, once for each question", async () => {
  const { caller, attemptId, options } = await question();
  const response = newSoftwareKey().create(options);
  const register = () => runVerb(registerKey, caller, { attemptId, name: "Desk key", response });
  const made = await register();
  expect(made).toMatchObject({ outcome: "registered" });
  expect(await register()).toEqual({ outcome: "refused", why: "ended" });
  const rows = await asSuperuser<{ name: string; size: number }>(
    "SELECT name, octet_length(public_key) AS size FROM security_key WHERE tenant_id = $1",
    [tenant],
  );
  expect(rows).toEqual([{ name: "Desk key", size: 77 }]);
  expect(await eventsOf(tenant)).toContainEqual(
    expect.objectContaining({
      type: "runtime.identity.key-registered",
      payload: expect.objectContaining({ name: "Desk key" }),
    }),
  );
});

test.each([
  ["without verifying its user", { isUserVerified: false }],
  ["for another site", { origin: "https://evil.example" }],
  ["for another relying party", { rpId: "evil.example" }],
  ["for another challenge", { challenge: "AAAA" }],
])("a key made %s is not kept", async (_, change) => {
  const { caller, attemptId, options } = await question();
  const response = newSoftwareKey().create(options, change);
  expect(await runVerb(registerKey, caller, { attemptId, name: "x", response })).toEqual({
    outcome: "refused",
    why: "not-verified",
  });
});

test("the same key twice, by whomever, is kept once", async () => {
  const { key } = await registered(userOf(tenant, "another"));
  const { caller, attemptId, options } = await question();
  expect(
    await runVerb(registerKey, caller, { attemptId, name: "x", response: key.create(options) }),
  ).toMatchObject({ outcome: "refused" });
});

test("another's question, a foreign tenant's, no scope, no name", async () => {
  const { caller, attemptId, options } = await question();
  const response = newSoftwareKey().create(options);
  const input = { attemptId, name: "x", response };
  for (const other of [userOf(tenant, "another"), userOf(await newTenant(), "officer")]) {
    await expect(runVerb(registerKey, other, input)).rejects.toMatchObject({ code: "not_found" });
  }
  const reporter = userOf(tenant, "officer", { roles: ["workload-reporter"] });
  await expect(runVerb(registerKey, reporter, input)).rejects.toMatchObject({ code: "forbidden" });
  await expect(runVerb(registerKey, caller, { ...input, name: " " })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "name" },
  });
});
