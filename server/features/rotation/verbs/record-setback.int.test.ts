import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { claim, force, newRig, rotationRow, stepsOf } from "../testing/rotation-rig.ts";
import { recordSetback } from "./record-setback.ts";

const TROUBLE = { errorCode: "vault_sealed", errorText: "OpenBao kv read: sealed (HTTP 503)" };

test("lets go, shows why, and comes due again after a pause", async () => {
  const rig = await newRig();
  const { rotationId, fence } = await claim(rig, (await force(rig)).rotationId);
  const result = await runVerb(recordSetback, rig.worker, { rotationId, fence, ...TROUBLE });
  expect(result).toEqual({
    state: "requested",
    resumeState: null,
    isWaiting: true,
    begun: null,
    isCancelled: false,
  });
  const row = await rotationRow(rig, rotationId);
  expect(row).toMatchObject({
    state: "requested",
    attempt: 1,
    lease_owner: null,
    error_code: TROUBLE.errorCode,
    error_text: TROUBLE.errorText,
  });
  expect(row.due_at > row.updated_at).toBe(true);
  const due = await findDueKeys<{ id: string }>("app.due_rotations($1)", [1_000]);
  expect(due.map(({ id }) => id)).not.toContain(rotationId);
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.rotation-step-failed",
    outcome: "failed",
    payload: TROUBLE,
  });
  expect(await stepsOf(rig, rotationId)).toEqual(["requested"]);
});

test("twice by the same holder counts once: the lease is gone", async () => {
  const rig = await newRig();
  const { rotationId, fence } = await claim(rig, (await force(rig)).rotationId);
  await runVerb(recordSetback, rig.worker, { rotationId, fence, ...TROUBLE });
  await expect(
    runVerb(recordSetback, rig.worker, { rotationId, fence, ...TROUBLE }),
  ).rejects.toMatchObject({ code: "stale" });
  expect(await rotationRow(rig, rotationId)).toMatchObject({ attempt: 1 });
});

test("another tenant's is not found; a person is refused; bad input names the field", async () => {
  const rig = await newRig();
  const foreign = await newRig();
  const { rotationId, fence } = await claim(foreign, (await force(foreign)).rotationId);
  for (const id of [rotationId, uuidv7()]) {
    await expect(
      runVerb(recordSetback, rig.worker, { rotationId: id, fence, ...TROUBLE }),
    ).rejects.toMatchObject({ code: "not_found" });
  }
  const person = userOf(foreign.tenant, "x", { scopes: ["runtime.rotations.execute"] });
  for (const caller of [foreign.officer, person]) {
    await expect(
      runVerb(recordSetback, caller, { rotationId, fence, ...TROUBLE }),
    ).rejects.toMatchObject({ code: "forbidden" });
  }
  await expect(
    runVerb(recordSetback, foreign.worker, { rotationId, fence, ...TROUBLE, errorCode: "" }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "errorCode" } });
});
