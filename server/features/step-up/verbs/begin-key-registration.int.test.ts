import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { personOf } from "../person-of.ts";
import { registrationSubject } from "../relying-party.ts";
import { proveAtProvider, proveWith, REQUIRED, registered } from "../testing/step-up-rig.ts";
import { beginKeyRegistration } from "./begin-key-registration.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});

test("takes a proof at the identity provider, used up by one question; a key vouches for no other", async () => {
  const caller = userOf(tenant, "officer");
  const begin = () => runVerb(beginKeyRegistration, caller, {});
  await expect(begin()).rejects.toMatchObject(REQUIRED);
  const { key } = await registered(caller);
  const subject = registrationSubject(tenant, personOf(caller.actor));
  expect(await proveWith(caller, key, subject)).toMatchObject({ outcome: "proved" });
  await expect(begin()).rejects.toMatchObject({ details: { stepUp: subject } });
  await proveAtProvider(caller, subject);
  const { options } = await begin();
  expect(options.excludeCredentials.map(({ id }) => id)).toEqual([
    key.credentialId.toString("base64url"),
  ]);
  expect(options.user.id).not.toContain("officer");
  await expect(begin()).rejects.toMatchObject(REQUIRED);
  expect(await typesOf(tenant)).toContain("runtime.access.denied");
});

test("another's proof, one in another tenant, and no scope are none", async () => {
  const caller = userOf(tenant, "officer");
  await proveAtProvider(caller, registrationSubject(tenant, personOf(caller.actor)));
  const others = [userOf(tenant, "another"), userOf(await newTenant(), "officer")];
  for (const other of others) {
    await expect(runVerb(beginKeyRegistration, other, {})).rejects.toMatchObject(REQUIRED);
  }
  const reporter = userOf(tenant, "officer", { roles: ["workload-reporter"] });
  await expect(runVerb(beginKeyRegistration, reporter, {})).rejects.toMatchObject({
    code: "forbidden",
  });
});
