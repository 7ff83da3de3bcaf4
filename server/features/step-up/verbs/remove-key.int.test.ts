import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { registered, SUBJECT } from "../testing/step-up-rig.ts";
import { beginKeyProof } from "./begin-key-proof.ts";
import { proveByKey } from "./prove-by-key.ts";
import { removeKey } from "./remove-key.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});

test("a removed key answers no question, not even one that was asked before; run twice, it is gone", async () => {
  const caller = userOf(tenant, "officer");
  const { key, keyId } = await registered(caller);
  const { attemptId, options } = await runVerb(beginKeyProof, caller, SUBJECT);
  expect(await runVerb(removeKey, caller, { keyId })).toEqual({ keyId });
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.identity.key-removed",
    payload: { name: "Desk key" },
  });
  expect(
    await runVerb(proveByKey, caller, { attemptId, response: key.get(options) }),
  ).toMatchObject({ why: "unknown-key" });
  await expect(runVerb(beginKeyProof, caller, SUBJECT)).rejects.toMatchObject({ code: "conflict" });
  await expect(runVerb(removeKey, caller, { keyId })).rejects.toMatchObject({ code: "not_found" });
});

test("another's key, a foreign tenant's, no scope, no id", async () => {
  const caller = userOf(tenant, "officer");
  const { keyId } = await registered(caller);
  for (const other of [userOf(tenant, "another"), userOf(await newTenant(), "officer")]) {
    await expect(runVerb(removeKey, other, { keyId })).rejects.toMatchObject({ code: "not_found" });
  }
  const reporter = userOf(tenant, "officer", { roles: ["workload-reporter"] });
  await expect(runVerb(removeKey, reporter, { keyId })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(runVerb(removeKey, caller, { keyId: "x" })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "keyId" },
  });
});
