import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { closeWindow } from "../testing/closed-window.ts";
import {
  bindingRow,
  force,
  newRig,
  REASON,
  rotationRow,
  stepsOf,
} from "../testing/rotation-rig.ts";
import { claimRotation } from "./claim-rotation.ts";
import { forceRotate } from "./force-rotate.ts";

test("opens a rotation that is due now, with its event and its cause", async () => {
  const rig = await newRig({ graceSeconds: 42 });
  const opened = await force(rig);
  expect(opened).toMatchObject({ bindingId: rig.bindingId, state: "requested", trigger: "forced" });
  const row = await rotationRow(rig, opened.rotationId);
  expect(row).toMatchObject({ state: "requested", grace_seconds: 42, fence: "0", attempt: 0 });
  expect(row.requested_by).toMatchObject({ kind: "user", subject: "officer" });
  expect(row.due_at <= new Date()).toBe(true);
  expect(await bindingRow(rig)).toMatchObject({ state: "rotating" });
  expect(await stepsOf(rig, opened.rotationId)).toEqual(["requested"]);
  const events = await eventsOf(rig.tenant);
  expect(events.at(-1)).toMatchObject({
    eventId: row.cause_event_id,
    type: "runtime.secrets.rotation-requested",
    subject: `secret-binding/${rig.bindingId}`,
    outcome: "succeeded",
    actorKind: "user",
    payload: { rotationId: opened.rotationId, reason: REASON, trigger: "forced" },
  });
  expect(JSON.stringify(events.at(-1)?.envelope)).not.toContain(REASON);
});

test("a second one while the first is under way is a conflict, and leaves no trace", async () => {
  const rig = await newRig();
  await force(rig);
  const before = await eventsOf(rig.tenant);
  await expect(force(rig)).rejects.toMatchObject({ code: "conflict" });
  expect(await eventsOf(rig.tenant)).toHaveLength(before.length);
});

test("two at once open one", async () => {
  const rig = await newRig();
  const both = await Promise.allSettled([force(rig), force(rig)]);
  expect(both.map((each) => each.status).sort()).toEqual(["fulfilled", "rejected"]);
});

test("the same key opens it once and answers twice", async () => {
  const rig = await newRig();
  const caller = { ...rig.officer, idempotencyKey: `force-${rig.bindingId}` };
  const input = { bindingId: rig.bindingId, reason: REASON };
  const once = await runVerb(forceRotate, caller, input);
  expect(await runVerb(forceRotate, caller, input)).toEqual(once);
});

test("another tenant's credential is not found, exactly as one that isn't there", async () => {
  const rig = await newRig();
  const foreign = await newRig();
  const ask = (bindingId: string) =>
    runVerb(forceRotate, rig.officer, { bindingId, reason: REASON }).catch((error) => error);
  const [a, b] = [await ask(foreign.bindingId), await ask(uuidv7())];
  expect(a).toMatchObject({ code: "not_found" });
  expect([a.message, a.details]).toEqual([b.message, b.details]);
  expect(await bindingRow(foreign)).toMatchObject({ state: "active" });
});

test("without the scope it is forbidden, and the denial is recorded", async () => {
  const rig = await newRig();
  const developer = userOf(rig.tenant, "dev", { roles: ["developer"] });
  const denied = runVerb(forceRotate, developer, { bindingId: rig.bindingId, reason: REASON });
  await expect(denied).rejects.toMatchObject({ code: "forbidden" });
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({ type: "runtime.access.denied" });
  expect(await bindingRow(rig)).toMatchObject({ state: "active" });
});

test.each([
  [{ bindingId: "nonsense", reason: REASON }, "bindingId"],
  [{ bindingId: uuidv7(), reason: "   short   " }, "reason"],
  [{ bindingId: uuidv7(), reason: "x".repeat(1_001) }, "reason"],
])("bad input names the field: %o", async (input, field) => {
  const rig = await newRig();
  await expect(runVerb(forceRotate, rig.officer, input)).rejects.toMatchObject({
    code: "invalid",
    details: { field },
  });
});

test("a kind that needs an approval waits for it, and names the request", async () => {
  const rig = await newRig({ class: "signing-key" });
  const opened = await force(rig);
  expect(opened.state).toBe("awaiting_approval");
  const row = await rotationRow(rig, opened.rotationId);
  expect(row).toMatchObject({ approval_id: expect.any(String), approved_at: null });
  expect(await stepsOf(rig, opened.rotationId)).toEqual(["requested", "awaiting_approval"]);
  const types = (await eventsOf(rig.tenant)).map((event) => event.type);
  expect(types.slice(-2)).toEqual([
    "runtime.secrets.rotation-requested",
    "runtime.approvals.requested",
  ]);
  const { claimed } = await runVerb(claimRotation, rig.worker, {
    rotationId: opened.rotationId,
    owner: "w1",
    leaseSeconds: 60,
  });
  expect(claimed).toBeNull();
});

test("a credential without a rotator is refused with what is missing", async () => {
  const rig = await newRig({
    class: "api-token",
    rotator: { kind: "none", missing: "no connection to the provider." },
  });
  await expect(force(rig)).rejects.toMatchObject({
    code: "conflict",
    message: "The console can't rotate this credential: no connection to the provider.",
  });
});

test("outside the change window it must be said, and is told of with the reason", async () => {
  const rig = await newRig();
  await closeWindow(rig.tenant);
  await expect(force(rig)).rejects.toMatchObject({
    code: "conflict",
    message: "outsideWindow: no change window is open now.",
    details: { field: "outsideWindow" },
  });
  const input = { bindingId: rig.bindingId, reason: REASON, outsideWindow: true };
  const { rotationId } = await runVerb(forceRotate, rig.officer, input);
  expect(await rotationRow(rig, rotationId)).toMatchObject({ outside_window: true });
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.rotation-requested",
    payload: { isOutsideWindow: true, reason: REASON },
  });
});
