import { expect, test } from "vitest";
import { RETENTION_CLASS_NAMES } from "#server/engines/retention/retention-classes.ts";
import { newDataKey } from "#server/platform/audit/data-keys.ts";
import { forgetTenantKeys } from "#server/platform/audit/tenant-keys.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { offeredKey, retentionWorker, tenantWithKeys } from "../testing/retention-fixture.ts";
import { lookAfterKeys } from "./look-after-keys.ts";

const NOTHING = { made: 0, expiring: 0, isOverdue: false };

test("keys are made for this month and the next, once; people can't", async () => {
  const tenant = await newTenant();
  const worker = retentionWorker(tenant);
  expect(await runVerb(lookAfterKeys, worker, { offered: null })).toEqual(NOTHING);
  const offered = await offeredKey(tenant);
  const made = { ...NOTHING, made: RETENTION_CLASS_NAMES.length * 2 };
  expect(await runVerb(lookAfterKeys, worker, { offered })).toEqual(made);
  forgetTenantKeys(tenant);
  expect(await runVerb(lookAfterKeys, worker, { offered: null })).toEqual(NOTHING);
  expect(await typesOf(tenant)).toEqual(["runtime.retention.keys-made"]);
  const person = { ...userOf(tenant, "officer"), scopes: worker.scopes };
  await expect(runVerb(lookAfterKeys, person, { offered: null })).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("a term that is over for a day while nothing is destroyed is told once, and so is its end", async () => {
  const tenant = await tenantWithKeys();
  await withTenant(tenant, "worker", async (tx) => {
    const [wrap] = await tx.query<{ wrapped: string }>(
      "SELECT wrapped FROM audit_wrap_key WHERE tenant_id = $1 AND wrapped IS NOT NULL",
      [tenant],
    );
    const of = { class: "operations", period: "2010-01-01" };
    const { keyId, wrapped } = newDataKey(tenant, wrap?.wrapped ?? "", of);
    await tx.query(
      `INSERT INTO audit_data_key (tenant_id, key_id, class, period, wrapped, wrap_version, created_at)
       VALUES ($1, $2, $3, $4, $5, 1, now())`,
      [tenant, keyId, of.class, of.period, wrapped],
    );
  });
  const look = () => runVerb(lookAfterKeys, retentionWorker(tenant), { offered: null });
  expect(await look()).toEqual({ ...NOTHING, expiring: 1 });
  expect(await look()).toEqual(NOTHING);
  await asSuperuser(
    "UPDATE retention_act SET requested_at = requested_at - interval '25 hours' WHERE tenant_id = $1",
    [tenant],
  );
  expect(await look()).toEqual({ ...NOTHING, isOverdue: true });
  expect(await look()).toEqual(NOTHING);
  await asSuperuser(
    "UPDATE retention_act SET state = 'done', finished_at = now() WHERE tenant_id = $1",
    [tenant],
  );
  await look();
  const types = (await typesOf(tenant)).filter((type) =>
    type.startsWith("runtime.retention.term-"),
  );
  expect(types).toEqual(["runtime.retention.term-overdue", "runtime.retention.term-caught-up"]);
});
