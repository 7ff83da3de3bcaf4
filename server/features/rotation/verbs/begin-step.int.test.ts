import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { claim, force, newRig, rotationRow, stepsOf, walkTo } from "../testing/rotation-rig.ts";
import { beginStep } from "./begin-step.ts";

const HANDLES = {
  oldHandle: { role: "orders-a", version: 7 },
  newHandle: { role: "orders-b", stagedPath: "tests/x.staged", version: null },
};

test("stores intent and handles before anything is done, and can be begun again", async () => {
  const rig = await newRig();
  const held = await claim(rig, (await force(rig)).rotationId);
  for (let time = 0; time < 2; time += 1) {
    const result = await runVerb(beginStep, rig.worker, { ...held, step: "stage", ...HANDLES });
    expect(result).toEqual({
      state: "requested",
      resumeState: null,
      isWaiting: false,
      begun: "stage",
      isCancelled: false,
    });
  }
  expect(await rotationRow(rig, held.rotationId)).toMatchObject({
    state: "requested",
    intent: { step: "stage" },
    old_handle: HANDLES.oldHandle,
    new_handle: HANDLES.newHandle,
  });
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.rotation-step-begun",
    payload: { step: "stage", oldHandle: HANDLES.oldHandle },
  });
});

test("a step out of turn is a conflict", async () => {
  const rig = await newRig();
  const held = await claim(rig, (await force(rig)).rotationId);
  for (const step of ["apply", "promote", "revoke", "destroy", "resolve"] as const) {
    await expect(runVerb(beginStep, rig.worker, { ...held, step })).rejects.toMatchObject({
      code: "conflict",
    });
  }
  expect(await rotationRow(rig, held.rotationId)).toMatchObject({ intent: null });
});

test("beginning to revoke is a state, told of; undoing is refused from then on", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  await walkTo(rig, await claim(rig, rotationId), "grace");
  const held = await claim(rig, rotationId);
  await runVerb(beginStep, rig.worker, { ...held, step: "revoke" });
  expect((await stepsOf(rig, rotationId)).slice(-2)).toEqual(["grace", "revoking"]);
  expect((await eventsOf(rig.tenant)).at(-1)?.type).toBe("runtime.secrets.rotation-revoking");
  await expect(
    runVerb(beginStep, rig.worker, { ...held, step: "roll-back" }),
  ).rejects.toMatchObject({ code: "conflict" });
});

test("another tenant's is not found; a person is refused; bad input names the field", async () => {
  const rig = await newRig();
  const foreign = await newRig();
  const held = await claim(foreign, (await force(foreign)).rotationId);
  for (const rotationId of [held.rotationId, uuidv7()]) {
    await expect(
      runVerb(beginStep, rig.worker, { ...held, rotationId, step: "stage" }),
    ).rejects.toMatchObject({ code: "not_found" });
  }
  const person = userOf(foreign.tenant, "x", { scopes: ["runtime.rotations.execute"] });
  for (const caller of [foreign.officer, person]) {
    await expect(runVerb(beginStep, caller, { ...held, step: "stage" })).rejects.toMatchObject({
      code: "forbidden",
    });
  }
  await expect(
    runVerb(beginStep, foreign.worker, { ...held, step: "leap" as "stage" }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "step" } });
});
