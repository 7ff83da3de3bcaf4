import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { beginStep } from "#server/features/rotation/verbs/begin-step.ts";
import { cancelRotation } from "#server/features/rotation/verbs/cancel-rotation.ts";
import { claimRotation } from "#server/features/rotation/verbs/claim-rotation.ts";
import { recordStep } from "#server/features/rotation/verbs/record-step.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { type RotationFixture, rotationFixture } from "./testing/rotation-fixture.ts";
import { comesTo, forceOne, rotationState } from "./testing/rotation-state.ts";
import { startWorker } from "./testing/worker-process.ts";

let fixture: RotationFixture;

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  fixture = await rotationFixture();
});
afterAll(() => fixture.stop());

test("cancelled between two steps, a rotation is undone by the next worker; the credential is as before", async () => {
  const { tenant, client } = fixture;
  const { bindingId, path } = await fixture.newSecret();
  const rotationId = await forceOne(tenant, bindingId);
  // A first worker stages the value, and is gone.
  const worker = workerOf(tenant, ["runtime.rotations.execute"]);
  const lease = { rotationId, owner: "gone", leaseSeconds: 1 };
  const { claimed } = await runVerb(claimRotation, worker, lease);
  if (!claimed) throw new Error("not claimed");
  const held = { rotationId, fence: claimed.fence, leaseSeconds: 1 };
  const stagedPath = `${path}.staged`;
  await runVerb(beginStep, worker, {
    ...held,
    step: "stage",
    oldHandle: { version: 1 },
    newHandle: { stagedPath, version: null },
  });
  const fields = {
    value: SecretValue.of("not-the-old-one"),
    rotation_id: SecretValue.of(rotationId),
  };
  await client.kv.write(stagedPath, fields, 0);
  await runVerb(recordStep, worker, { ...held, to: "staged" });

  const officer = userOf(tenant, "officer");
  await runVerb(cancelRotation, officer, { rotationId, reason: "opened for the wrong one" });
  const heir = startWorker({ ...fixture.env, WORKER_LOOPS: "rotations" });
  await comesTo(tenant, rotationId, "rolled_back");
  await heir.stop();
  expect(await rotationState(tenant, rotationId)).toMatchObject({ error_code: "cancelled" });
  expect(await client.kv.metadata(stagedPath)).toBeNull();
  expect((await client.kv.metadata(path))?.currentVersion).toBe(1);
  const [binding] = await asSuperuser<{ state: string; retry_at: Date | null }>(
    "SELECT state, retry_at FROM secret_binding WHERE binding_id = $1",
    [bindingId],
  );
  expect(binding).toEqual({ state: "active", retry_at: null });
});
