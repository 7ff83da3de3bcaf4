import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import {
  bindingRow,
  claim,
  force,
  newRig,
  type Rig,
  rotationRow,
  stepsOf,
  walkTo,
} from "../testing/rotation-rig.ts";
import { beginStep } from "./begin-step.ts";
import { recordStep } from "./record-step.ts";
import { rollBackRotation } from "./roll-back-rotation.ts";

const reason = "the new login lacks a grant";

async function inGrace(rig: Rig) {
  const { rotationId } = await force(rig);
  await walkTo(rig, await claim(rig, rotationId), "grace");
  return rotationId;
}

test("within the grace it is due at once, and the old value can't be revoked any more", async () => {
  const rotatedAt = new Date(Date.now() - 1_800_000);
  const rig = await newRig({ graceSeconds: 3_600, lastRotatedAt: rotatedAt });
  const rotationId = await inGrace(rig);
  const answer = await runVerb(rollBackRotation, rig.officer, { rotationId, reason });
  expect(answer).toEqual({ rotationId, state: "grace" });
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.rotation-rollback-requested",
    actorKind: "user",
    payload: { rotationId, reason },
  });
  // Asked twice is asked once.
  const count = (await eventsOf(rig.tenant)).length;
  await runVerb(rollBackRotation, rig.officer, { rotationId, reason });
  expect(await eventsOf(rig.tenant)).toHaveLength(count);

  const held = await claim(rig, rotationId, "w2");
  await expect(runVerb(beginStep, rig.worker, { ...held, step: "revoke" })).rejects.toMatchObject({
    code: "stale",
  });
  await runVerb(beginStep, rig.worker, { ...held, step: "take-back" });
  await expect(
    runVerb(recordStep, rig.worker, { ...held, to: "rolled_back" }),
  ).rejects.toMatchObject({ code: "invalid" });
  await runVerb(recordStep, rig.worker, { ...held, to: "rolled_back", restoredVersion: 3 });

  expect(await rotationRow(rig, rotationId)).toMatchObject({ state: "rolled_back" });
  const row = await bindingRow(rig);
  expect(row).toMatchObject({ state: "active", current_version: 3, last_rotated_at: rotatedAt });
  expect(row.rotator).toMatchObject({ activeRole: "orders-a", standbyRole: "orders-b" });
  // Whatever was wrong is seen to first: not again within the hour.
  expect(row.next_rotation_at.getTime()).toBeGreaterThan(Date.now() + 86_000_000);
  expect((await stepsOf(rig, rotationId)).at(-1)).toBe("rolled_back");
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.rotation-rolled-back",
    outcome: "succeeded",
  });
});

test("nobody's word, no way back: the grace ends in revoking only", async () => {
  const rig = await newRig({ graceSeconds: 0 });
  const { rotationId } = await force(rig);
  await walkTo(rig, await claim(rig, rotationId), "grace");
  const held = await claim(rig, rotationId, "w2");
  await expect(
    runVerb(beginStep, rig.worker, { ...held, step: "take-back" }),
  ).rejects.toMatchObject({ code: "stale" });
  await expect(
    runVerb(recordStep, rig.worker, { ...held, to: "rolled_back", restoredVersion: 3 }),
  ).rejects.toMatchObject({ code: "conflict" });
});

test("before promotion and after the end it is refused, with what to do instead", async () => {
  const rig = await newRig({ graceSeconds: 3_600 });
  const { rotationId } = await force(rig);
  const held = await claim(rig, rotationId);
  await walkTo(rig, held, "staged");
  const ask = runVerb(rollBackRotation, rig.officer, { rotationId, reason });
  await expect(ask).rejects.toMatchObject({
    code: "conflict",
    message: "Only while old and new value both work can a rotation be taken back; it is staged.",
  });
});

test("a key can't be un-rotated, and a leaked value is not used again", async () => {
  const key = await newRig({ graceSeconds: 3_600 });
  const rotationId = await inGrace(key);
  await asSuperuser("UPDATE secret_binding SET rotator = $2 WHERE binding_id = $1", [
    key.bindingId,
    JSON.stringify({ kind: "openbao-transit", mount: "transit", key: "k", trim: false }),
  ]);
  await expect(
    runVerb(rollBackRotation, key.officer, { rotationId, reason }),
  ).rejects.toMatchObject({ code: "conflict", message: /^A transit key can't be un-rotated/ });

  const leak = await newRig({ graceSeconds: 3_600 });
  const leaked = await inGrace(leak);
  await asSuperuser("UPDATE rotation SET trigger = 'leaked' WHERE rotation_id = $1", [leaked]);
  await expect(
    runVerb(rollBackRotation, leak.officer, { rotationId: leaked, reason }),
  ).rejects.toMatchObject({ code: "conflict", message: /^The old value leaked/ });
});

test("a reason is demanded, the scope as well, and a foreign rotation is not found", async () => {
  const rig = await newRig({ graceSeconds: 3_600 });
  const rotationId = await inGrace(rig);
  await expect(
    runVerb(rollBackRotation, rig.officer, { rotationId, reason: "no" }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "reason" } });
  const developer = userOf(rig.tenant, "dev", { roles: ["developer"] });
  await expect(runVerb(rollBackRotation, developer, { rotationId, reason })).rejects.toMatchObject({
    code: "forbidden",
  });
  const other = await newRig();
  for (const id of [rotationId, uuidv7()]) {
    await expect(
      runVerb(rollBackRotation, other.officer, { rotationId: id, reason }),
    ).rejects.toMatchObject({ code: "not_found" });
  }
});
