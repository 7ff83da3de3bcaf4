import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { bindingRow, claim, force, newRig, rotationRow, walkTo } from "../testing/rotation-rig.ts";
import { beginStep } from "./begin-step.ts";
import { cancelRotation } from "./cancel-rotation.ts";
import { recordStep } from "./record-step.ts";

const reason = "opened for the wrong credential";

test("one that has done nothing ends at once, and the credential is as before", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const answer = await runVerb(cancelRotation, rig.officer, { rotationId, reason });
  expect(answer).toEqual({ rotationId, state: "rolled_back" });
  expect(await rotationRow(rig, rotationId)).toMatchObject({
    state: "rolled_back",
    error_code: "cancelled",
  });
  expect(await bindingRow(rig)).toMatchObject({ state: "active", failures: 0, retry_at: null });
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.rotation-cancelled",
    actorKind: "user",
    payload: { rotationId, reason },
  });
  await expect(runVerb(cancelRotation, rig.officer, { rotationId, reason })).rejects.toMatchObject({
    code: "conflict",
  });
});

test("one under way is undone by the worker: it is told, and may not promote any more", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const held = await claim(rig, rotationId);
  await walkTo(rig, held, "verified");
  const answer = await runVerb(cancelRotation, rig.officer, { rotationId, reason });
  expect(answer).toEqual({ rotationId, state: "verified" });
  const count = (await eventsOf(rig.tenant)).length;
  await runVerb(cancelRotation, rig.officer, { rotationId, reason });
  expect(await eventsOf(rig.tenant)).toHaveLength(count);
  await expect(runVerb(beginStep, rig.worker, { ...held, step: "promote" })).rejects.toMatchObject({
    code: "stale",
  });
  const begun = await runVerb(beginStep, rig.worker, { ...held, step: "roll-back" });
  expect(begun.isCancelled).toBe(true);
  await runVerb(recordStep, rig.worker, { ...held, to: "rolled_back" });
  expect(await bindingRow(rig)).toMatchObject({ state: "active", failures: 0, retry_at: null });
});

test("what consumers have, or are about to get, is not cancelled", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const held = await claim(rig, rotationId);
  await walkTo(rig, held, "verified");
  await runVerb(beginStep, rig.worker, { ...held, step: "promote" });
  const cancel = () => runVerb(cancelRotation, rig.officer, { rotationId, reason });
  await expect(cancel()).rejects.toMatchObject({ code: "conflict" });
  await runVerb(recordStep, rig.worker, { ...held, to: "promoted", promotedVersion: 2 });
  await expect(cancel()).rejects.toMatchObject({ code: "conflict" });
});

test("one that waits for an approval takes the request back with it", async () => {
  const rig = await newRig({ class: "signing-key" });
  const { rotationId } = await force(rig);
  const answer = await runVerb(cancelRotation, rig.officer, { rotationId, reason });
  expect(answer).toEqual({ rotationId, state: "rolled_back" });
  const types = (await eventsOf(rig.tenant)).map((event) => event.type);
  expect(types.slice(-2)).toEqual([
    "runtime.secrets.rotation-cancelled",
    "runtime.approvals.withdrawn",
  ]);
});

test("undone without being cancelled, the schedule tries again after a pause that grows", async () => {
  const rig = await newRig();
  for (const [failures, minutes] of [
    [1, 5],
    [2, 10],
  ]) {
    const held = await claim(rig, (await force(rig)).rotationId);
    await runVerb(beginStep, rig.worker, { ...held, step: "roll-back" });
    await runVerb(recordStep, rig.worker, { ...held, to: "rolled_back" });
    const row = await bindingRow(rig);
    expect(row).toMatchObject({ state: "failed", failures });
    const pause = row.retry_at.getTime() - row.updated_at.getTime();
    expect(Math.round(pause / 60_000)).toBe(minutes);
  }
});

test("another tenant's is not found; without the scope forbidden; bad input names the field", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const foreign = await newRig();
  for (const id of [rotationId, uuidv7()]) {
    await expect(
      runVerb(cancelRotation, foreign.officer, { rotationId: id, reason }),
    ).rejects.toMatchObject({ code: "not_found", message: "No such rotation." });
  }
  const developer = userOf(rig.tenant, "dev", { roles: ["developer"] });
  await expect(runVerb(cancelRotation, developer, { rotationId, reason })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(
    runVerb(cancelRotation, rig.officer, { rotationId, reason: "no" }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "reason" } });
});
