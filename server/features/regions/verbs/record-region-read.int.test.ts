import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { bind } from "../../rotation/testing/rotation-rig.ts";
import { recordRegionRead } from "./record-region-read.ts";

async function newRead() {
  const tenant = await newTenant("reads");
  const { bindingId } = await bind(tenant, { currentVersion: 3 });
  const worker = workerOf(tenant, ["runtime.regions.observe"]);
  const record = (
    result: { kind: "read"; seenVersion: number } | { kind: "unknown"; reason: string },
    expectedVersion = 3,
  ) => runVerb(recordRegionRead, worker, { bindingId, region: "salalah", expectedVersion, result });
  return { tenant, bindingId, worker, record };
}

async function rowOf(tenant: AuthorizedTenantId) {
  const [row] = await withTenant(tenant, "tenant", (tx) =>
    tx.query<Record<string, unknown>>(
      "SELECT *, next_check_at - checked_at > interval '1 hour' AS is_later FROM region_read WHERE tenant_id = $1",
      [tenant],
    ),
  );
  return row as { [column: string]: unknown; checked_at: Date } | undefined;
}

test("the promoted version is verified, an older one is behind, what can't be read is unknown", async () => {
  const { tenant, record } = await newRead();
  expect(await record({ kind: "read", seenVersion: 2 })).toEqual({
    isRecorded: true,
    state: "behind",
  });
  expect(await rowOf(tenant)).toMatchObject({
    seen_version: 2,
    verified_at: null,
    is_later: false,
  });
  expect(await record({ kind: "unknown", reason: "sealed" })).toMatchObject({ state: "unknown" });
  expect(await rowOf(tenant)).toMatchObject({
    state: "unknown",
    reason: "sealed",
    seen_version: null,
  });
  expect(await record({ kind: "read", seenVersion: 3 })).toMatchObject({ state: "verified" });
  expect(await rowOf(tenant)).toMatchObject({ verified_version: 3, is_later: true, attempt: 0 });
});

test("since when it is so stays, and the log hears of a change only; the last proof is kept through doubt", async () => {
  const { tenant, bindingId, record } = await newRead();
  await record({ kind: "read", seenVersion: 3 });
  const before = await rowOf(tenant);
  await record({ kind: "read", seenVersion: 3 });
  const after = await rowOf(tenant);
  expect(after?.state_since).toEqual(before?.state_since);
  expect(Number(after?.checked_at)).toBeGreaterThan(Number(before?.checked_at));
  await record({ kind: "unknown", reason: "unreachable" });
  expect((await rowOf(tenant))?.verified_at).toEqual(after?.verified_at);
  const events = await asSuperuser<{ type: string }>(
    "SELECT type FROM audit_event WHERE tenant_id = $1 AND subject = $2 AND type LIKE 'runtime.regions.%' ORDER BY event_id",
    [tenant, `secret-binding/${bindingId}`],
  );
  expect(events.map(({ type }) => type)).toEqual([
    "runtime.regions.read-verified",
    "runtime.regions.read-unknown",
  ]);
});

test("an answer about a version that is not the current one any more is thrown away", async () => {
  const { tenant, record } = await newRead();
  expect(await record({ kind: "read", seenVersion: 2 }, 2)).toEqual({
    isRecorded: false,
    state: null,
  });
  expect(await rowOf(tenant)).toBeUndefined();
});

test("another tenant's credential is not found; a person may not; bad input names the field", async () => {
  const { bindingId, worker, tenant } = await newRead();
  const other = await newTenant("reads");
  const input = {
    bindingId,
    region: "salalah",
    expectedVersion: 3,
    result: { kind: "read", seenVersion: 3 },
  } as const;
  const foreign = workerOf(other, ["runtime.regions.observe"]);
  await expect(runVerb(recordRegionRead, foreign, input)).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(runVerb(recordRegionRead, userOf(tenant, "x"), input)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(runVerb(recordRegionRead, worker, { ...input, region: "NO" })).rejects.toMatchObject(
    {
      code: "invalid",
      details: { field: "region" },
    },
  );
});
