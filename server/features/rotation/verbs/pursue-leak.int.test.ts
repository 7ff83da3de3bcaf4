import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { inGrace, reclaim } from "../testing/consumer-rig.ts";
import { endOld, incidentRow, mark, pursue, pursuerOf } from "../testing/leak-rig.ts";
import { claim, newRig, type Rig, rotationRow, walkTo } from "../testing/rotation-rig.ts";
import { beginStep } from "./begin-step.ts";
import { pursueLeak } from "./pursue-leak.ts";
import { recordStep } from "./record-step.ts";

const alertsOf = (rig: Rig) =>
  asSuperuser<{ kind: string; severity: string; detail: string }>(
    "SELECT kind, severity, detail FROM alert WHERE tenant_id = $1",
    [rig.tenant],
  );

test("people are told once, as P1; not due, it does nothing", async () => {
  const rig = await newRig();
  const { incidentId } = await mark(rig);
  expect((await pursue(rig, incidentId)).ask).toMatchObject({
    store: "openbao",
    isContained: false,
  });
  await pursue(rig, incidentId);
  const alerts = await alertsOf(rig);
  expect(alerts).toHaveLength(1);
  expect(alerts[0]).toMatchObject({ kind: "secret-leaked", severity: "critical" });
  expect(alerts[0]?.detail).toMatch(/^P1: /);
  const count = (await eventsOf(rig.tenant)).length;
  expect(await runVerb(pursueLeak, pursuerOf(rig), { incidentId })).toEqual({ ask: null });
  expect(await eventsOf(rig.tenant)).toHaveLength(count);
});

test("a rotation that ended without the proof is followed by another", async () => {
  const rig = await newRig();
  const { incidentId, rotationId } = await mark(rig);
  const held = await claim(rig, rotationId ?? "");
  await runVerb(beginStep, rig.worker, { ...held, step: "roll-back" });
  await runVerb(recordStep, rig.worker, { ...held, to: "rolled_back" });
  await pursue(rig, incidentId);
  const next = (await incidentRow(rig, incidentId)).rotation_id;
  expect(next).not.toBe(rotationId);
  expect(await rotationRow(rig, next)).toMatchObject({ trigger: "leaked", grace_seconds: 0 });
  await pursue(rig, incidentId);
  expect((await incidentRow(rig, incidentId)).rotation_id).toBe(next);
});

test("the value of a rotation still in grace leaked: that one is hurried, then another replaces it", async () => {
  const { rig, rotationId } = await inGrace({ graceSeconds: 3_600 });
  const { incidentId } = await mark(rig, { leaked: "current" });
  await endOld(rig, await reclaim(rig, rotationId));
  // The first version is dead; the second is the one that leaked.
  expect(await incidentRow(rig, incidentId)).toMatchObject({ state: "open", leaked_version: 2 });
  await pursue(rig, incidentId);
  const next = (await incidentRow(rig, incidentId)).rotation_id;
  expect(next).not.toBe(rotationId);
  expect(await rotationRow(rig, next)).toMatchObject({ trigger: "leaked", state: "requested" });
});

test("once contained it is asked about a last time, and then left", async () => {
  const rig = await newRig();
  const { incidentId, rotationId } = await mark(rig);
  await walkTo(rig, await claim(rig, rotationId ?? ""), "grace");
  await endOld(rig, await reclaim(rig, rotationId ?? ""));
  expect((await pursue(rig, incidentId)).ask).toMatchObject({ isContained: true });
  expect((await incidentRow(rig, incidentId)).pursue_at).toBeNull();
});

test("only the worker may; another tenant's is not found", async () => {
  const rig = await newRig();
  const { incidentId } = await mark(rig);
  await expect(runVerb(pursueLeak, rig.officer, { incidentId })).rejects.toMatchObject({
    code: "forbidden",
  });
  const foreign = pursuerOf(await newRig());
  for (const id of [incidentId, uuidv7()]) {
    await expect(runVerb(pursueLeak, foreign, { incidentId: id })).rejects.toMatchObject({
      code: "not_found",
      message: "No such leak incident.",
    });
  }
});
