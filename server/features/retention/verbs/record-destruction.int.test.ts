import { expect, test } from "vitest";
import { newWrapKey } from "#server/platform/audit/data-keys.ts";
import { forgetTenantKeys } from "#server/platform/audit/tenant-keys.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import {
  actRow,
  dueErasure,
  retentionWorker,
  tenantWithKeys,
} from "../testing/retention-fixture.ts";
import { beginAct } from "./begin-act.ts";
import { recordDestruction } from "./record-destruction.ts";

test("the destruction is once, by whoever has the turn, and says what is gone", async () => {
  const tenant = await tenantWithKeys();
  const worker = retentionWorker(tenant);
  const { actId, eventId } = await dueErasure(tenant);
  const { task } = await runVerb(beginAct, worker, { actId, leaseSeconds: 60 });
  const wrapped = await newWrapKey(tenant, "local", 1);
  const input = { actId, fence: task?.fence ?? "", made: { rootVersion: 1, wrapped } };
  await expect(runVerb(recordDestruction, worker, { ...input, fence: "99" })).rejects.toMatchObject(
    { code: "stale" },
  );
  expect(await runVerb(recordDestruction, worker, input)).toEqual({
    outcome: "destroyed",
    payloads: 1,
    keys: 0,
  });
  forgetTenantKeys(tenant);
  await expect(runVerb(recordDestruction, worker, input)).rejects.toMatchObject({ code: "stale" });
  expect(await actRow(actId)).toMatchObject({ state: "destroyed" });
  expect(await asSuperuser("SELECT 1 FROM audit_payload WHERE event_id = $1", [eventId])).toEqual(
    [],
  );
  expect(await typesOf(tenant)).toContain("runtime.retention.destroyed");
  const live = await asSuperuser<{ version: number }>(
    "SELECT version FROM audit_wrap_key WHERE tenant_id = $1 AND wrapped IS NOT NULL",
    [tenant],
  );
  expect(live).toEqual([{ version: 2 }]);
});
