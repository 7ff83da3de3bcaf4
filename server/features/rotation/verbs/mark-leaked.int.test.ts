import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { serviceOf, userOf } from "#test/fixtures/callers.ts";
import { IN_USE, inGrace, look, reclaim } from "../testing/consumer-rig.ts";
import { endOld, incidentRow, LEAK_REASON, mark } from "../testing/leak-rig.ts";
import { bindingRow, claim, force, newRig, rotationRow, walkTo } from "../testing/rotation-rig.ts";
import { beginStep } from "./begin-step.ts";
import { cancelRotation } from "./cancel-rotation.ts";
import { markLeaked } from "./mark-leaked.ts";

test("a rotation without grace begins at once, and the credential is shown as leaked until the value is dead", async () => {
  const rig = await newRig({ graceSeconds: 86_400 });
  const marked = await mark(rig);
  expect(marked).toMatchObject({ bindingId: rig.bindingId, response: "rotating" });
  const rotationId = marked.rotationId ?? "";
  expect(await rotationRow(rig, rotationId)).toMatchObject({
    trigger: "leaked",
    state: "requested",
    grace_seconds: 0,
  });
  expect((await bindingRow(rig)).leaked_at).not.toBeNull();
  const held = await claim(rig, rotationId);
  await walkTo(rig, held, "grace");
  // The target still counts sessions: after a leak they hold nothing back.
  await look(rig, rotationId, null, [IN_USE]);
  await endOld(rig, await reclaim(rig, rotationId));
  expect((await bindingRow(rig)).leaked_at).toBeNull();
  expect(await incidentRow(rig, marked.incidentId)).toMatchObject({
    state: "contained",
    proof_rotation_id: rotationId,
    leaked_version: 1,
  });
  const types = (await eventsOf(rig.tenant)).map(({ type }) => type);
  expect(types).toContain("runtime.incidents.opened");
  expect(types).toContain("runtime.incidents.contained");
  const opened = (await eventsOf(rig.tenant)).find(
    ({ type }) => type === "runtime.incidents.opened",
  );
  expect(opened).toMatchObject({ actorKind: "user", payload: { reason: LEAK_REASON } });
});

test("one under way before promotion is hurried: its grace is taken away, and it can't be called off", async () => {
  const rig = await newRig({ graceSeconds: 86_400 });
  const { rotationId } = await force(rig);
  const held = await claim(rig, rotationId);
  await walkTo(rig, held, "staged");
  expect(await mark(rig)).toMatchObject({ rotationId, response: "hurried" });
  expect(await rotationRow(rig, rotationId)).toMatchObject({ trigger: "leaked", grace_seconds: 0 });
  const reason = "opened for the wrong one";
  await expect(runVerb(cancelRotation, rig.officer, { rotationId, reason })).rejects.toMatchObject({
    code: "conflict",
  });
});

test("in grace, the old value that leaked loses its grace at once; nothing is opened beside it", async () => {
  const { rig, rotationId } = await inGrace({ graceSeconds: 86_400 });
  expect(await mark(rig, { leaked: "old" })).toMatchObject({ rotationId, response: "hurried" });
  const row = await rotationRow(rig, rotationId);
  expect(row).toMatchObject({ trigger: "leaked", state: "grace" });
  expect(row.due_at.getTime()).toBeLessThanOrEqual(row.updated_at.getTime());
  const held = await reclaim(rig, rotationId);
  await runVerb(beginStep, rig.worker, { ...held, step: "revoke" });
});

test("an old value that is dead already can't leak any more", async () => {
  const rig = await newRig();
  await expect(mark(rig, { leaked: "old" })).rejects.toMatchObject({
    code: "conflict",
    details: { field: "leaked" },
  });
});

test("a signing key still needs a second officer, asked at once; what was asked before is superseded", async () => {
  const rig = await newRig({ class: "signing-key", graceSeconds: 3_600 });
  const { rotationId: earlier } = await force(rig);
  const marked = await mark(rig);
  expect(marked.response).toBe("awaiting-approval");
  expect(marked.rotationId).not.toBe(earlier);
  expect(await rotationRow(rig, earlier)).toMatchObject({
    state: "rolled_back",
    error_code: "superseded",
  });
  expect(await rotationRow(rig, marked.rotationId ?? "")).toMatchObject({
    state: "awaiting_approval",
    trigger: "leaked",
    grace_seconds: 0,
  });
});

test("what the console can't rotate is an incident all the same, answered by hand", async () => {
  const rig = await newRig({
    rotator: { kind: "none", missing: "no connection to its provider." },
  });
  const marked = await mark(rig);
  expect(marked).toMatchObject({ rotationId: null, response: "by-hand" });
  expect((await bindingRow(rig)).leaked_at).not.toBeNull();
});

test("marked twice is refused and changes nothing; with the same key it is one answer", async () => {
  const rig = await newRig();
  const caller = { ...rig.officer, idempotencyKey: "mark-leaked-1" };
  const input = { bindingId: rig.bindingId, reason: LEAK_REASON };
  const first = await runVerb(markLeaked, caller, input);
  const count = (await eventsOf(rig.tenant)).length;
  expect(await runVerb(markLeaked, caller, input)).toEqual(first);
  await expect(mark(rig)).rejects.toMatchObject({ code: "conflict" });
  expect(await eventsOf(rig.tenant)).toHaveLength(count);
});

test("another tenant's is not found; without the scope, or not a person, forbidden; bad input names the field", async () => {
  const rig = await newRig();
  const foreign = await newRig();
  for (const bindingId of [rig.bindingId, uuidv7()]) {
    const input = { bindingId, reason: LEAK_REASON };
    await expect(runVerb(markLeaked, foreign.officer, input)).rejects.toMatchObject({
      code: "not_found",
      message: "No such secret binding.",
    });
  }
  const input = { bindingId: rig.bindingId, reason: LEAK_REASON };
  const developer = userOf(rig.tenant, "dev", { roles: ["developer"] });
  const machine = serviceOf(rig.tenant, "scanner", "unknown", ["runtime.incidents.manage"]);
  for (const caller of [developer, machine]) {
    await expect(runVerb(markLeaked, caller, input)).rejects.toMatchObject({ code: "forbidden" });
  }
  await expect(runVerb(markLeaked, rig.officer, { ...input, reason: "no" })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "reason" },
  });
});
