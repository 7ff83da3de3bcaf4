import { appendFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rollBackRotation } from "#server/features/rotation/verbs/roll-back-rotation.ts";
import { runVerb } from "#server/platform/verb.ts";
import { OUTSIDE_CALLS_TAKING_BACK } from "#server/worker/rotation/outside.ts";
import {
  type RotationFixture,
  rotationFixture,
} from "#server/worker/rotation/testing/rotation-fixture.ts";
import {
  comesTo,
  forceOne,
  rotationState,
} from "#server/worker/rotation/testing/rotation-state.ts";
import { startWorker } from "#server/worker/rotation/testing/worker-process.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { watch } from "./crash-subject.ts";
import { TAKEN_BACK_SUBJECTS } from "./taken-back-subjects.ts";

/*
 * A worker is killed before and after each act of taking a promoted rotation back; another goes on.
 * Without CRASH_KILLS only around the acts that change something.
 */
const CHANGING = /restore|lock|destroy/;
const kills = Object.entries(OUTSIDE_CALLS_TAKING_BACK).flatMap(([kind, acts]) =>
  acts
    .filter((act) => process.env.CRASH_KILLS || CHANGING.test(act))
    .flatMap((act) => [`before:${act}`, `after:${act}`])
    .map((failpoint) => [kind as keyof typeof OUTSIDE_CALLS_TAKING_BACK, failpoint] as const),
);

let fixture: RotationFixture;
beforeAll(async () => {
  fixture = await rotationFixture();
});
afterAll(() => fixture.stop());

test.each(kills)("%s, killed %s", { timeout: 240_000 }, async (kind, failpoint) => {
  const { tenant } = fixture;
  const subject = await TAKEN_BACK_SUBJECTS[kind](fixture);
  const rotationId = await forceOne(tenant, subject.bindingId);
  const env = { ...fixture.env, WORKER_LOOPS: "rotations", WORKER_LEASE_SECONDS: "1" };
  const first = startWorker(env);
  await comesTo(tenant, rotationId, "grace");
  await first.stop();
  const reason = "killed while it is taken back";
  await runVerb(rollBackRotation, userOf(tenant, "officer"), { rotationId, reason });

  const doomed = startWorker({ ...env, WORKER_FAILPOINT: failpoint });
  const watching = watch(subject);
  expect(await doomed.exited, doomed.output()).toBe("SIGKILL");
  const heir = startWorker(env);
  const isOver = async () => (await rotationState(tenant, rotationId)).finished_at;
  const stuck = await waitFor(isOver, { timeout: 180_000, interval: 100 }).then(
    (): string[] => [],
    () => ["it did not end"],
  );
  await heir.stop();
  const { faults } = await watching.end();
  const end = await rotationState(tenant, rotationId);
  if (end.state !== "rolled_back") stuck.push(`it ended ${end.state}: ${end.error_text}`);
  const lost = [...faults, ...(await subject.lost())];
  const doubled = await subject.doubled();
  const file = process.env.CRASH_REPORT;
  const line = { kind: `${kind}, taken back`, failpoint, lost, doubled, stuck };
  if (file) appendFileSync(file, `${JSON.stringify(line)}\n`);
  expect({ lost, doubled, stuck }, heir.output()).toEqual({ lost: [], doubled: [], stuck: [] });
});
