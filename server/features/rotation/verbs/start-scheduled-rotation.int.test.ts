import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { isOpen } from "#server/engines/rotation/change-window.ts";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { closeWindow } from "../testing/closed-window.ts";
import { bindingRow, newRig } from "../testing/rotation-rig.ts";
import { startScheduledRotation } from "./start-scheduled-rotation.ts";

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);

test("starts what is due, once", async () => {
  const rig = await newRig({ lastRotatedAt: hoursAgo(2) });
  const due = await findDueKeys<{ id: string }>("app.due_bindings($1)", [1_000]);
  expect(due.map((row) => row.id)).toContain(rig.bindingId);
  const input = { bindingId: rig.bindingId };
  const { opened } = await runVerb(startScheduledRotation, rig.worker, input);
  expect(opened).toMatchObject({ trigger: "scheduled", state: "requested" });
  expect(await bindingRow(rig)).toMatchObject({ state: "rotating" });
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.rotation-requested",
    actorKind: "worker",
    payload: { trigger: "scheduled", rotationId: opened?.rotationId },
  });
  const count = (await eventsOf(rig.tenant)).length;
  expect(await runVerb(startScheduledRotation, rig.worker, input)).toEqual({ opened: null });
  expect(await eventsOf(rig.tenant)).toHaveLength(count);
});

test("leaves alone what is not due", async () => {
  const rig = await newRig();
  const input = { bindingId: rig.bindingId };
  expect(await runVerb(startScheduledRotation, rig.worker, input)).toEqual({ opened: null });
  expect(await bindingRow(rig)).toMatchObject({ state: "active" });
});

test("another tenant's credential is not found", async () => {
  const rig = await newRig();
  const foreign = await newRig({ lastRotatedAt: hoursAgo(2) });
  for (const bindingId of [foreign.bindingId, uuidv7()]) {
    await expect(runVerb(startScheduledRotation, rig.worker, { bindingId })).rejects.toMatchObject({
      code: "not_found",
    });
  }
  expect(await bindingRow(foreign)).toMatchObject({ state: "active" });
});

test("no person has its scope, a person with it is refused, and bad input names the field", async () => {
  const rig = await newRig({ lastRotatedAt: hoursAgo(2) });
  const input = { bindingId: rig.bindingId };
  await expect(runVerb(startScheduledRotation, rig.officer, input)).rejects.toMatchObject({
    code: "forbidden",
  });
  const person = userOf(rig.tenant, "x", { scopes: ["runtime.rotations.execute"] });
  await expect(runVerb(startScheduledRotation, person, input)).rejects.toMatchObject({
    code: "forbidden",
  });
  const worker = workerOf(rig.tenant, ["runtime.rotations.execute"]);
  await expect(
    runVerb(startScheduledRotation, worker, { bindingId: "nonsense" }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "bindingId" } });
});

test("outside the change window it is put off to the next, which the dashboard then shows", async () => {
  const rig = await newRig({ lastRotatedAt: hoursAgo(2) });
  const window = await closeWindow(rig.tenant);
  const input = { bindingId: rig.bindingId };
  expect(await runVerb(startScheduledRotation, rig.worker, input)).toEqual({ opened: null });
  const { state, next_rotation_at: next } = await bindingRow(rig);
  expect(state).toBe("active");
  expect(next > new Date()).toBe(true);
  expect(isOpen([window], next)).toBe(true);
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.rotation-put-off",
    payload: { until: next.toISOString(), missesLimit: true },
  });
});

test("a retry waits for the window as well", async () => {
  const rig = await newRig({ lastRotatedAt: hoursAgo(2) });
  await asSuperuser(
    "UPDATE secret_binding SET state = 'failed', retry_at = clock_timestamp() WHERE binding_id = $1",
    [rig.bindingId],
  );
  const window = await closeWindow(rig.tenant);
  const input = { bindingId: rig.bindingId };
  expect(await runVerb(startScheduledRotation, rig.worker, input)).toEqual({ opened: null });
  const row = await bindingRow(rig);
  expect(row.state).toBe("failed");
  expect(isOpen([window], row.retry_at)).toBe(true);
});
