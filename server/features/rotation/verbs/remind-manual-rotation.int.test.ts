import { expect, test } from "vitest";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { remindOfManualWork } from "#server/worker/jobs/manual-work.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { EVIDENCE, manualRig } from "../testing/manual-rig.ts";
import type { Rig } from "../testing/rotation-rig.ts";
import { completeManualRotation } from "./complete-manual-rotation.ts";
import { remindManualRotation } from "./remind-manual-rotation.ts";

const worker = (rig: Rig) =>
  workerOf(rig.tenant, ["runtime.rotations.execute", "runtime.alerts.raise"]);
const remind = (rig: Rig) =>
  runVerb(remindManualRotation, worker(rig), { bindingId: rig.bindingId });
const alerts = (rig: Rig) =>
  asSuperuser<{ kind: string; severity: string; detail: string }>(
    "SELECT kind, severity, detail FROM alert WHERE tenant_id = $1 ORDER BY created_at",
    [rig.tenant],
  );
const isDue = async (rig: Rig) =>
  (await findDueKeys<{ id: string }>("app.manual_work_due($1)", [1_000])).some(
    ({ id }) => id === rig.bindingId,
  );

test("what is due soon is said once, and again when it is late", async () => {
  const rig = await manualRig({ ageDays: 85 });
  expect(await isDue(rig)).toBe(true);
  expect(await remind(rig)).toEqual({ reminded: "due" });
  expect(await remind(rig)).toEqual({ reminded: null });
  expect(await isDue(rig)).toBe(false);
  await asSuperuser(
    "UPDATE secret_binding SET last_rotated_at = last_rotated_at - interval '10 days' WHERE tenant_id = $1",
    [rig.tenant],
  );
  expect(await isDue(rig)).toBe(true);
  await remindOfManualWork();
  expect(await isDue(rig)).toBe(false);
  expect(await alerts(rig)).toMatchObject([
    { kind: "manual-rotation-due", severity: "warning" },
    { kind: "manual-rotation-overdue", severity: "critical" },
  ]);
});

test("nobody is reminded of what is far away, or was done", async () => {
  const young = await manualRig({ ageDays: 10 });
  expect(await remind(young)).toEqual({ reminded: null });
  const rig = await manualRig();
  const { bindingId } = rig;
  await runVerb(completeManualRotation, rig.officer, { bindingId, evidence: EVIDENCE });
  expect(await remind(rig)).toEqual({ reminded: null });
  expect(await isDue(rig)).toBe(false);
});

test("no person reminds", async () => {
  const rig = await manualRig();
  const input = { bindingId: rig.bindingId };
  await expect(runVerb(remindManualRotation, rig.officer, input)).rejects.toMatchObject({
    code: "forbidden",
  });
});
