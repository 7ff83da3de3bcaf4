import { expect, test } from "vitest";
import { sealPendingAudit } from "#server/features/audit/index.ts";
import { newWrapKey } from "#server/platform/audit/data-keys.ts";
import { forgetTenantKeys } from "#server/platform/audit/tenant-keys.ts";
import { runVerb } from "#server/platform/verb.ts";
import {
  actRow,
  dueErasure,
  retentionWorker,
  tenantWithKeys,
} from "../testing/retention-fixture.ts";
import { beginAct } from "./begin-act.ts";
import { finishAct } from "./finish-act.ts";
import { recordDestruction } from "./record-destruction.ts";

test("an act is done when the proofs of what was erased were checked, and not before it was destroyed", async () => {
  const tenant = await tenantWithKeys();
  const worker = retentionWorker(tenant);
  const { actId } = await dueErasure(tenant);
  await sealPendingAudit(tenant);
  const { task } = await runVerb(beginAct, worker, { actId, leaseSeconds: 60 });
  const turn = { actId, fence: task?.fence ?? "" };
  await expect(runVerb(finishAct, worker, turn)).rejects.toMatchObject({ code: "stale" });
  const wrapped = await newWrapKey(tenant, "local", 1);
  await runVerb(recordDestruction, worker, { ...turn, made: { rootVersion: 1, wrapped } });
  forgetTenantKeys(tenant);
  expect(await runVerb(finishAct, worker, turn)).toEqual({ isDone: true });
  expect(await actRow(actId)).toMatchObject({
    state: "done",
    outcome: { payloads: 1, proven: 1, broken: 0, unsealed: 0 },
  });
});
