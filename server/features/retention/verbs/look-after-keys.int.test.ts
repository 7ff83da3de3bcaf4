import { expect, test } from "vitest";
import { RETENTION_CLASS_NAMES } from "#server/engines/retention/retention-classes.ts";
import { forgetTenantKeys } from "#server/platform/audit/tenant-keys.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { offeredKey, retentionWorker } from "../testing/retention-fixture.ts";
import { lookAfterKeys } from "./look-after-keys.ts";

test("keys are made for this month and the next, once; people can't", async () => {
  const tenant = await newTenant();
  const worker = retentionWorker(tenant);
  expect(await runVerb(lookAfterKeys, worker, { offered: null })).toEqual({ made: 0, expiring: 0 });
  const offered = await offeredKey(tenant);
  const made = { made: RETENTION_CLASS_NAMES.length * 2, expiring: 0 };
  expect(await runVerb(lookAfterKeys, worker, { offered })).toEqual(made);
  forgetTenantKeys(tenant);
  expect(await runVerb(lookAfterKeys, worker, { offered: null })).toEqual({ made: 0, expiring: 0 });
  expect(await typesOf(tenant)).toEqual(["runtime.retention.keys-made"]);
  const person = { ...userOf(tenant, "officer"), scopes: worker.scopes };
  await expect(runVerb(lookAfterKeys, person, { offered: null })).rejects.toMatchObject({
    code: "forbidden",
  });
});
