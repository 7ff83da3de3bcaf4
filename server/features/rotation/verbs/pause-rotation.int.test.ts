import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { claim, force, newRig, rotationRow } from "../testing/rotation-rig.ts";
import { beginStep } from "./begin-step.ts";
import { pauseRotation } from "./pause-rotation.ts";
import { recordStep } from "./record-step.ts";
import { resumeRotation } from "./resume-rotation.ts";

const reason = "the database is being moved";

async function isDue(rotationId: string): Promise<boolean> {
  const due = await findDueKeys<{ tenant_id: string; id: string }>(
    "app.due_rotations($1)",
    [10_000],
  );
  return due.some((row) => row.id === rotationId);
}

test("a paused one is nobody's work, and goes on when resumed; each is said once", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  expect(await isDue(rotationId)).toBe(true);
  const paused = await runVerb(pauseRotation, rig.officer, { rotationId, reason });
  expect(paused).toEqual({ rotationId, state: "requested" });
  expect(await isDue(rotationId)).toBe(false);
  await expect(claim(rig, rotationId)).rejects.toThrow("not claimed");
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.rotation-paused",
    payload: { rotationId, reason },
  });
  const count = (await eventsOf(rig.tenant)).length;
  await runVerb(pauseRotation, rig.officer, { rotationId, reason });
  expect(await eventsOf(rig.tenant)).toHaveLength(count);

  await runVerb(resumeRotation, rig.officer, { rotationId });
  expect((await eventsOf(rig.tenant)).at(-1)?.type).toBe("runtime.secrets.rotation-resumed");
  await runVerb(resumeRotation, rig.officer, { rotationId });
  expect(await eventsOf(rig.tenant)).toHaveLength(count + 1);
  expect((await claim(rig, rotationId)).fence).toBe(1n);
});

test("paused while a worker holds it, it stops at the end of the step", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const held = await claim(rig, rotationId);
  await runVerb(beginStep, rig.worker, {
    ...held,
    step: "stage",
    oldHandle: { version: 1 },
    newHandle: { version: null },
  });
  await runVerb(pauseRotation, rig.officer, { rotationId, reason });
  const staged = await runVerb(recordStep, rig.worker, { ...held, to: "staged" });
  expect(staged).toMatchObject({ state: "staged", isWaiting: true });
  expect(await rotationRow(rig, rotationId)).toMatchObject({ lease_until: null });
});

test("another tenant's is not found; without the scope forbidden; bad input names the field", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const foreign = await newRig();
  for (const id of [rotationId, uuidv7()]) {
    const input = { rotationId: id, reason };
    await expect(runVerb(pauseRotation, foreign.officer, input)).rejects.toMatchObject({
      code: "not_found",
      message: "No such rotation.",
    });
  }
  const developer = userOf(rig.tenant, "dev", { roles: ["developer"] });
  await expect(runVerb(pauseRotation, developer, { rotationId, reason })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(
    runVerb(pauseRotation, rig.officer, { rotationId, reason: "" }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "reason" } });
});
