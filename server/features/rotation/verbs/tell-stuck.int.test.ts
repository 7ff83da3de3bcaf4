import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { claim, force, newRig } from "../testing/rotation-rig.ts";
import { recordSetback } from "./record-setback.ts";
import { tellStuck } from "./tell-stuck.ts";

test("a rotation that meets trouble is told of once; one that meets none is not", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const worker = workerOf(rig.tenant, ["runtime.rotations.execute", "runtime.alerts.raise"]);
  expect(await runVerb(tellStuck, worker, { rotationId })).toEqual({ isTold: false });
  const { fence } = await claim(rig, rotationId);
  const trouble = { errorCode: "vault_sealed", errorText: "OpenBao kv read: sealed (HTTP 503)" };
  await runVerb(recordSetback, rig.worker, { rotationId, fence, ...trouble });
  expect(await runVerb(tellStuck, worker, { rotationId })).toEqual({ isTold: true });
  expect(await runVerb(tellStuck, worker, { rotationId })).toEqual({ isTold: false });
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.alerts.raised",
    payload: { kind: "rotation-stuck", severity: "warning" },
  });
});

test("is the worker's alone; a foreign rotation is not found", async () => {
  const [rig, other] = [await newRig(), await newRig()];
  const { rotationId } = await force(rig);
  await expect(runVerb(tellStuck, rig.officer, { rotationId })).rejects.toMatchObject({
    code: "forbidden",
  });
  const worker = workerOf(other.tenant, ["runtime.rotations.execute", "runtime.alerts.raise"]);
  for (const id of [rotationId, uuidv7()]) {
    await expect(runVerb(tellStuck, worker, { rotationId: id })).rejects.toMatchObject({
      code: "not_found",
    });
  }
});
