import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import {
  bindingRow,
  claim,
  force,
  newRig,
  rotationRow,
  stepsOf,
  walkTo,
} from "../testing/rotation-rig.ts";
import { beginStep } from "./begin-step.ts";
import { cancelRotation } from "./cancel-rotation.ts";
import { recordStep } from "./record-step.ts";

test("promotion gives the credential its version, its role and its next date", async () => {
  const rig = await newRig({ lastRotatedAt: new Date("2026-01-01T00:00:00Z") });
  const held = await claim(rig, (await force(rig)).rotationId);
  await walkTo(rig, held, "promoted");
  const row = await bindingRow(rig);
  expect(row).toMatchObject({ state: "rotating", current_version: 2 });
  expect(row.rotator).toMatchObject({ activeRole: "orders-b", standbyRole: "orders-a" });
  // The rule's time, and jitter of half the lead at most.
  const minutes = (row.next_rotation_at - row.last_rotated_at) / 60_000;
  expect(minutes >= 55 && minutes <= 57.5).toBe(true);
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.rotated",
    payload: { from: "verified", to: "promoted", newHandle: { version: 2 } },
  });
});

test("grace lets go until its end; done closes the rotation and frees the credential", async () => {
  const rig = await newRig({ graceSeconds: 0 });
  const { rotationId } = await force(rig);
  await walkTo(rig, await claim(rig, rotationId), "grace");
  const row = await rotationRow(rig, rotationId);
  expect(row).toMatchObject({ state: "grace", lease_owner: null, lease_until: null });
  expect(row.grace_until).toEqual(row.due_at);
  const held = await claim(rig, rotationId);
  await runVerb(beginStep, rig.worker, { ...held, step: "revoke" });
  await runVerb(recordStep, rig.worker, { ...held, to: "verified_dead" });
  await runVerb(beginStep, rig.worker, { ...held, step: "destroy" });
  const done = await runVerb(recordStep, rig.worker, { ...held, to: "done" });
  expect(done).toEqual({
    state: "done",
    resumeState: null,
    isWaiting: true,
    begun: null,
    isCancelled: false,
  });
  expect((await rotationRow(rig, rotationId)).finished_at).not.toBeNull();
  expect(await bindingRow(rig)).toMatchObject({ state: "active" });
  expect(await stepsOf(rig, rotationId)).toEqual([
    "requested",
    "staged",
    "applied",
    "verified",
    "promoted",
    "grace",
    "revoking",
    "verified_dead",
    "done",
  ]);
  expect((await force(rig)).rotationId).not.toBe(rotationId);
});

test("doubt remembers where it began, and never leads to a revocation", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const held = await claim(rig, rotationId);
  await walkTo(rig, held, "staged");
  const doubt = { errorCode: "target_outcome_unknown", errorText: "Connection terminated" };
  const result = await runVerb(recordStep, rig.worker, { ...held, to: "indeterminate", ...doubt });
  expect(result).toEqual({
    state: "indeterminate",
    resumeState: "staged",
    isWaiting: true,
    begun: null,
    isCancelled: false,
  });
  const row = await rotationRow(rig, rotationId);
  expect(row).toMatchObject({ resume_state: "staged", attempt: 1, error_text: doubt.errorText });
  expect(row.due_at > row.updated_at).toBe(true);
});

test("undoing keeps what made us give up, and leaves the credential marked", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const held = await claim(rig, rotationId);
  const why = { errorCode: "standby_in_use", errorText: "2 open sessions" };
  await runVerb(beginStep, rig.worker, { ...held, step: "roll-back", ...why });
  await runVerb(recordStep, rig.worker, { ...held, to: "rolled_back" });
  expect(await rotationRow(rig, rotationId)).toMatchObject({
    state: "rolled_back",
    error_code: why.errorCode,
    error_text: why.errorText,
  });
  expect(await bindingRow(rig)).toMatchObject({ state: "failed" });
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({ outcome: "failed" });
});

test("an illegal move and a repeated one are refused, and change nothing", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const held = await claim(rig, rotationId);
  for (const to of ["promoted", "done", "verified_dead", "requested"] as const) {
    await expect(runVerb(recordStep, rig.worker, { ...held, to })).rejects.toMatchObject({
      code: "conflict",
    });
  }
  await walkTo(rig, held, "staged");
  await expect(runVerb(recordStep, rig.worker, { ...held, to: "staged" })).rejects.toMatchObject({
    code: "conflict",
  });
  expect(await stepsOf(rig, rotationId)).toEqual(["requested", "staged"]);
});

test("another tenant's is not found; a person is refused; bad input names the field", async () => {
  const rig = await newRig();
  const foreign = await newRig();
  const held = await claim(foreign, (await force(foreign)).rotationId);
  for (const rotationId of [held.rotationId, uuidv7()]) {
    await expect(
      runVerb(recordStep, rig.worker, { ...held, rotationId, to: "staged" }),
    ).rejects.toMatchObject({ code: "not_found" });
  }
  const person = userOf(foreign.tenant, "x", { scopes: ["runtime.rotations.execute"] });
  for (const caller of [foreign.officer, person]) {
    await expect(runVerb(recordStep, caller, { ...held, to: "staged" })).rejects.toMatchObject({
      code: "forbidden",
    });
  }
  await expect(
    runVerb(recordStep, foreign.worker, { ...held, to: "nowhere" as "staged" }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "to" } });
});

test("the step that follows at once is begun with the outcome, unless somebody stops it", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const held = await claim(rig, rotationId);
  await walkTo(rig, held, "staged");
  await runVerb(beginStep, rig.worker, { ...held, step: "apply" });
  const on = await runVerb(recordStep, rig.worker, { ...held, to: "applied", next: "verify" });
  expect(on).toMatchObject({ state: "applied", begun: "verify", isWaiting: false });
  expect(await rotationRow(rig, rotationId)).toMatchObject({ intent: { step: "verify" } });
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.rotation-applied",
    payload: { begun: "verify" },
  });
  // Cancelled meanwhile: the promotion is not begun.
  await runVerb(cancelRotation, rig.officer, { rotationId, reason: "the wrong credential" });
  const off = await runVerb(recordStep, rig.worker, { ...held, to: "verified", next: "promote" });
  expect(off).toMatchObject({ state: "verified", begun: null, isCancelled: true });
  expect(await rotationRow(rig, rotationId)).toMatchObject({ intent: null });
});

test("without a grace a worker goes on to revoke; with one it lets go", async () => {
  for (const [graceSeconds, isWaiting] of [
    [0, false],
    [60, true],
  ] as const) {
    const rig = await newRig({ graceSeconds });
    const { rotationId } = await force(rig);
    const held = await claim(rig, rotationId);
    await walkTo(rig, held, "promoted");
    await runVerb(beginStep, rig.worker, { ...held, step: "settle" });
    const result = await runVerb(recordStep, rig.worker, { ...held, to: "grace", next: "revoke" });
    expect(result).toMatchObject({ state: "grace", begun: null, isWaiting });
  }
});
