import { afterAll, beforeAll, expect, test } from "vitest";
import { forceRotate } from "#server/features/rotation/verbs/force-rotate.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { type RotationFixture, rotationFixture } from "./testing/rotation-fixture.ts";
import { startWorker, type WorkerProcess } from "./testing/worker-process.ts";

let fixture: RotationFixture;
let worker: WorkerProcess;

beforeAll(async () => {
  fixture = await rotationFixture();
  worker = startWorker(fixture.env);
});

afterAll(async () => {
  await worker.stop();
  await fixture.stop();
});

async function stateOf(rotationId: string) {
  const [row] = await withTenant(fixture.tenant, "tenant", (tx) =>
    tx.query<{ state: string; error_text: string | null }>(
      "SELECT state, error_text FROM rotation WHERE tenant_id = $1 AND rotation_id = $2",
      [fixture.tenant, rotationId],
    ),
  );
  return row;
}

test("a forced rotation ends with a new login that works and an old one proved dead", async () => {
  const pair = await fixture.newPair(2);
  const before = await pair.login();
  const officer = userOf(fixture.tenant, "officer");
  const { rotationId } = await runVerb(forceRotate, officer, {
    bindingId: pair.bindingId,
    reason: "seen in a ticket attachment",
  });
  await waitFor(async () => (await stateOf(rotationId))?.state === "grace", { timeout: 15_000 });
  const during = await pair.login();
  expect(during.username).not.toBe(before.username);
  expect(await pair.probe(during)).toEqual({ kind: "accepted" });
  expect(await pair.probe(before)).toEqual({ kind: "accepted" });
  await waitFor(async () => (await stateOf(rotationId))?.state === "done", { timeout: 15_000 });
  expect(await pair.probe(await pair.login())).toEqual({ kind: "accepted" });
  expect(await pair.probe(before)).toMatchObject({ kind: "refused" });
  expect((await fixture.client.kv.read(pair.path, 1)).kind).toBe("destroyed");
  expect(await fixture.client.kv.metadata(`${pair.path}.staged`)).toBeNull();
  const events = (await eventsOf(fixture.tenant)).filter(
    (event) => event.payload.rotationId === rotationId,
  );
  const types = events.map((event) => event.type.replace("runtime.secrets.", ""));
  expect(types.filter((type) => !/claimed|step-begun/.test(type))).toEqual([
    "rotation-requested",
    "rotation-staged",
    "rotation-applied",
    "rotation-verified",
    "rotated",
    "rotation-grace",
    "rotation-revoking",
    "rotation-verified-dead",
    "rotation-done",
  ]);
  const requested = events[0];
  expect(events.slice(1).every((e) => e.envelope.causationid === requested?.eventId)).toBe(true);
});
