import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { registered } from "../testing/step-up-rig.ts";
import { renameKey } from "./rename-key.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});

test("a key has another name, and the log has both; the same name changes nothing", async () => {
  const caller = userOf(tenant, "officer");
  const { keyId } = await registered(caller);
  const rename = () => runVerb(renameKey, caller, { keyId, name: "Safe" });
  expect(await rename()).toEqual({ keyId });
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.identity.key-renamed",
    payload: { before: "Desk key", after: "Safe" },
  });
  const before = (await typesOf(tenant)).length;
  await rename();
  expect(await typesOf(tenant)).toHaveLength(before);
});

test("another's key, a foreign tenant's, no scope, no name", async () => {
  const caller = userOf(tenant, "officer");
  const { keyId } = await registered(caller);
  const input = { keyId, name: "Safe" };
  for (const other of [userOf(tenant, "another"), userOf(await newTenant(), "officer")]) {
    await expect(runVerb(renameKey, other, input)).rejects.toMatchObject({ code: "not_found" });
  }
  const reporter = userOf(tenant, "officer", { roles: ["workload-reporter"] });
  await expect(runVerb(renameKey, reporter, input)).rejects.toMatchObject({ code: "forbidden" });
  await expect(runVerb(renameKey, caller, { keyId, name: "" })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "name" },
  });
});
