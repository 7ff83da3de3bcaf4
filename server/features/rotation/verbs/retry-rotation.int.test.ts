import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { claim, force, newRig, rotationRow } from "../testing/rotation-rig.ts";
import { recordSetback } from "./record-setback.ts";
import { retryRotation } from "./retry-rotation.ts";

async function stuck() {
  const rig = await newRig();
  const { rotationId, fence } = await claim(rig, (await force(rig)).rotationId);
  const trouble = { errorCode: "vault_sealed", errorText: "sealed" };
  await runVerb(recordSetback, rig.worker, { rotationId, fence, ...trouble });
  return { rig, rotationId };
}

test("makes a waiting rotation due now, keeps what went wrong, and says who did it", async () => {
  const { rig, rotationId } = await stuck();
  const before = await rotationRow(rig, rotationId);
  const answer = await runVerb(retryRotation, rig.officer, { rotationId });
  expect(answer).toEqual({ rotationId, state: "requested" });
  const after = await rotationRow(rig, rotationId);
  expect(after.due_at < before.due_at).toBe(true);
  expect(after).toMatchObject({ attempt: 1, error_text: "sealed" });
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.rotation-retried",
    actorKind: "user",
    payload: { rotationId },
  });
  const held = await claim(rig, rotationId);
  expect(held.fence).toBe(2n);
});

test("the same key does it once", async () => {
  const { rig, rotationId } = await stuck();
  const caller = { ...rig.officer, idempotencyKey: `retry-${rotationId}` };
  const once = await runVerb(retryRotation, caller, { rotationId });
  const count = (await eventsOf(rig.tenant)).length;
  expect(await runVerb(retryRotation, caller, { rotationId })).toEqual(once);
  expect(await eventsOf(rig.tenant)).toHaveLength(count);
});

test("one that goes on by itself is a conflict", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  await expect(runVerb(retryRotation, rig.officer, { rotationId })).rejects.toMatchObject({
    code: "conflict",
  });
});

test("another tenant's is not found; without the scope forbidden; bad input names the field", async () => {
  const { rig, rotationId } = await stuck();
  const foreign = await newRig();
  for (const id of [rotationId, uuidv7()]) {
    await expect(runVerb(retryRotation, foreign.officer, { rotationId: id })).rejects.toMatchObject(
      { code: "not_found", message: "No such rotation." },
    );
  }
  const developer = userOf(rig.tenant, "dev", { roles: ["developer"] });
  await expect(runVerb(retryRotation, developer, { rotationId })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(
    runVerb(retryRotation, rig.officer, { rotationId: "nonsense" }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "rotationId" } });
});
