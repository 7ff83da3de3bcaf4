import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { forceRotate } from "#server/features/rotation/verbs/force-rotate.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { OUTSIDE_CALLS } from "#server/worker/rotation/outside.ts";
import {
  type Pair,
  type RotationFixture,
  rotationFixture,
} from "#server/worker/rotation/testing/rotation-fixture.ts";
import { startWorker } from "#server/worker/rotation/testing/worker-process.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { waitFor } from "#test/harness/wait-for.ts";

/**
 * A worker is killed (SIGKILL) before and after every act outside our database; another goes on.
 * The vault lives in its own process, the target is a real Postgres.
 */
let fixture: RotationFixture;

beforeAll(async () => {
  fixture = await rotationFixture();
});
afterAll(() => fixture.stop());

const kills = OUTSIDE_CALLS["postgres-dual-user"].flatMap((call) => [
  `before:${call}`,
  `after:${call}`,
]);

test("the rotation's calls are all there", () => {
  expect(kills.length).toBeGreaterThanOrEqual(28);
});

test.each(kills)("killed %s", { timeout: 180_000 }, async (failpoint) => {
  const pair = await fixture.newPair(0);
  const before = await pair.login();
  const rotationId = await rotate(pair.bindingId);
  const env = { ...fixture.env, WORKER_LOOPS: "rotations", WORKER_LEASE_SECONDS: "1" };

  const doomed = startWorker({ ...env, WORKER_FAILPOINT: failpoint });
  expect(await doomed.exited, doomed.output()).toBe("SIGKILL");
  expect(await pair.probe(await pair.login())).toEqual({ kind: "accepted" });

  const heir = startWorker(env);
  const watch = watchLogins(pair);
  await waitFor(async () => (await rowOf(rotationId)).finished_at, {
    timeout: 120_000,
    message: `the end of the rotation; the worker said: ${heir.output()}`,
  });
  await heir.stop();
  const { probes, refusals } = await watch.end();
  expect(refusals).toEqual([]);
  expect(probes).toBeGreaterThan(3);

  expect(await rowOf(rotationId)).toMatchObject({ state: "done", error_code: null });
  const now = await pair.login();
  expect(now.username).toBe(pair.roles[1]);
  expect(await pair.probe(now)).toEqual({ kind: "accepted" });
  expect(await pair.probe(before)).toMatchObject({ kind: "refused" });
  await expectNothingDoubled(pair.path, rotationId);
});

/** Logs in with whatever the main path holds, again and again while the rotation goes on. */
function watchLogins(pair: Pair) {
  const refusals: string[] = [];
  let probes = 0;
  let isOver = false;
  const version = async () => (await fixture.client.kv.metadata(pair.path))?.currentVersion;
  const done = (async () => {
    while (!isOver) {
      const before = await version();
      const result = await pair.login(before).then(
        async (login) => (await pair.probe(login)).kind,
        (error: Error) => error.message,
      );
      // A version that was replaced while we tried it may be refused; the current one never.
      if (before === (await version()) && result !== "accepted") refusals.push(result);
      probes += 1;
      await pause(50);
    }
  })();
  return {
    async end() {
      isOver = true;
      await done;
      return { probes, refusals };
    },
  };
}

async function rotate(bindingId: string): Promise<string> {
  const officer = userOf(fixture.tenant, "officer");
  const reason = "to see whether a crash loses anything";
  return (await runVerb(forceRotate, officer, { bindingId, reason })).rotationId;
}

async function rowOf(rotationId: string) {
  const [row] = await withTenant(fixture.tenant, "tenant", (tx) =>
    tx.query<{ state: string; finished_at: Date | null; error_code: string | null }>(
      "SELECT state, finished_at, error_code FROM rotation WHERE tenant_id = $1 AND rotation_id = $2",
      [fixture.tenant, rotationId],
    ),
  );
  if (!row) throw new Error("the rotation is gone");
  return row;
}

/** One new version, the old one destroyed, nothing left beside; each state entered and told of once. */
async function expectNothingDoubled(path: string, rotationId: string): Promise<void> {
  const metadata = await fixture.client.kv.metadata(path);
  expect(metadata?.versions.map((v) => [v.version, v.isDestroyed])).toEqual([
    [1, true],
    [2, false],
  ]);
  expect(await fixture.client.kv.metadata(`${path}.staged`)).toBeNull();
  const steps = await withTenant(fixture.tenant, "tenant", (tx) =>
    tx.query<{ state_to: string; event_id: string }>(
      "SELECT state_to, event_id FROM rotation_step WHERE tenant_id = $1 AND rotation_id = $2 ORDER BY step_no",
      [fixture.tenant, rotationId],
    ),
  );
  expect(steps.map((step) => step.state_to)).toEqual([
    "requested",
    "staged",
    "applied",
    "verified",
    "promoted",
    "grace",
    "revoking",
    "verified_dead",
    "done",
  ]);
  const events = (await eventsOf(fixture.tenant)).map((event) => event.eventId);
  for (const step of steps) expect(events.filter((id) => id === step.event_id)).toHaveLength(1);
}
