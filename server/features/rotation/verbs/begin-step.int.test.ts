import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { clusterWith, IN_USE, inGrace, look, reclaim, UNUSED } from "../testing/consumer-rig.ts";
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

test("a held revocation is told when it begins, when its reasons change and once an hour, however often it is looked at", async () => {
  const { rig, rotationId } = await inGrace();
  const seen = async (cluster: Parameters<typeof look>[2], use: typeof IN_USE | typeof UNUSED) => {
    const before = (await eventsOf(rig.tenant)).length;
    await asSuperuser("UPDATE rotation SET due_at = clock_timestamp() WHERE rotation_id = $1", [
      rotationId,
    ]);
    const held = await reclaim(rig, rotationId);
    await look(rig, rotationId, cluster, [use]);
    const begun = await runVerb(beginStep, rig.worker, { ...held, step: "revoke" });
    const events = (await eventsOf(rig.tenant)).slice(before);
    return { begun, held, events, types: events.map(({ type }) => type.split(".")[2]) };
  };
  const ALL = ["rotation-claimed", "consumers-observed", "revocation-held"];
  expect((await seen(null, IN_USE)).types).toEqual(ALL);
  // Again and again, also while the sessions of a pool come and go: all goes on, and the log is silent.
  for (const uses of [2, 3, 1]) {
    const before = await rotationRow(rig, rotationId);
    const { users } = IN_USE;
    const some = { ...IN_USE, uses, lastUsedAt: new Date(), users: [...users, ...users] };
    const { begun, types } = await seen(null, some);
    expect(begun).toMatchObject({ state: "grace", isWaiting: true });
    expect(types).toEqual([]);
    const after = await rotationRow(rig, rotationId);
    expect(after.error_text).toContain(`${uses} uses`);
    expect(after.grace_until.getTime()).toBeGreaterThan(before.grace_until.getTime());
    expect(after).toMatchObject({ lease_until: null, error_code: "old_value_in_use" });
  }
  // Somebody else has sessions, which is news of the look; a workload that has not moved is one of both.
  const other = { ...IN_USE, users: [{ ...IN_USE.users[0], application: "month-end" }] };
  expect((await seen(null, other as typeof IN_USE)).types).toEqual(["consumers-observed"]);
  const changed = await seen(clusterWith("not-yet"), IN_USE);
  expect(changed.types).toEqual(["consumers-observed", "revocation-held"]);
  expect(changed.events.at(-1)).toMatchObject({ payload: { notMoved: 1, uses: 2 } });
  expect((await seen(clusterWith("not-yet"), IN_USE)).types).toEqual([]);
  await asSuperuser(
    `UPDATE rotation_watch SET held_told_at = held_told_at - interval '1 hour',
       look_told_at = look_told_at - interval '1 hour' WHERE rotation_id = $1`,
    [rotationId],
  );
  expect((await seen(clusterWith("not-yet"), IN_USE)).types).toEqual(ALL);
  expect((await seen(clusterWith("not-yet"), IN_USE)).types).toEqual([]);
  // Something else went wrong in between, and was told: so is that it is held again.
  await asSuperuser("UPDATE rotation SET error_code = 'vault_sealed' WHERE rotation_id = $1", [
    rotationId,
  ]);
  expect((await seen(clusterWith("not-yet"), IN_USE)).types).toEqual([
    "rotation-claimed",
    "revocation-held",
  ]);
  const last = await seen(clusterWith("moved"), UNUSED);
  expect(last.begun).toMatchObject({ state: "revoking", isWaiting: false });
  expect(last.types).toEqual(["consumers-observed", "rotation-revoking"]);
  // Its claim was silent: the end of the old value says who held it.
  expect(last.events.at(-1)).toMatchObject({
    payload: { fence: `${last.held.fence}`, owner: "w1" },
  });
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
