import { appendFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OUTSIDE_CALLS } from "#server/worker/rotation/outside.ts";
import {
  type RotationFixture,
  rotationFixture,
} from "#server/worker/rotation/testing/rotation-fixture.ts";
import {
  approveOne,
  forceOne,
  rotationState,
} from "#server/worker/rotation/testing/rotation-state.ts";
import { startWorker } from "#server/worker/rotation/testing/worker-process.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { doubledStates, watch } from "./crash-subject.ts";
import { type CrashKind, SUBJECTS } from "./subjects.ts";

const PER_CALL = 2;
const ALL = Object.values(OUTSIDE_CALLS).flat().length * PER_CALL;

/**
 * A worker is killed (SIGKILL) before and after the acts of a kind outside our database; another
 * goes on. The vault lives in its own process. CRASH_KILLS sets how many kills all kinds together
 * make (each act in turn); without it, those around `acts`, or around every act.
 */
export function crashSuite(kind: CrashKind, acts: readonly string[] = OUTSIDE_CALLS[kind]): void {
  let fixture: RotationFixture;
  beforeAll(async () => {
    fixture = await rotationFixture();
  });
  afterAll(() => fixture.stop());

  test("every act named is one of the kind's", () => {
    expect(OUTSIDE_CALLS[kind]).toEqual(expect.arrayContaining([...acts]));
  });

  test.each(killsOf(kind, acts))("kill %i, %s", { timeout: 240_000 }, async (_no, failpoint) => {
    const subject = await SUBJECTS[kind](fixture);
    const { tenant } = fixture;
    const rotationId = await forceOne(tenant, subject.bindingId);
    const { state } = await rotationState(tenant, rotationId);
    if (state === "awaiting_approval") await approveOne(tenant, rotationId);
    const env = { ...fixture.env, WORKER_LOOPS: "rotations", WORKER_LEASE_SECONDS: "1" };

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
    const { faults, asked } = await watching.end();
    const end = await rotationState(tenant, rotationId);
    if (end.state !== "done") stuck.push(`it ended ${end.state}: ${end.error_text}`);
    const lost = [...faults, ...(await subject.lost())];
    const doubled = [...(await subject.doubled()), ...(await doubledStates(fixture, rotationId))];
    report({ kind, failpoint, lost, doubled, stuck });
    expect({ lost, doubled, stuck }, heir.output()).toEqual({ lost: [], doubled: [], stuck: [] });
    expect(asked).toBeGreaterThan(3);
  });
}

function killsOf(kind: CrashKind, acts: readonly string[]): [number, string][] {
  const asked = Number(process.env.CRASH_KILLS ?? 0);
  const around = (calls: readonly string[]) =>
    calls.flatMap((call) => [`before:${call}`, `after:${call}`]);
  const every = around(asked > 0 ? OUTSIDE_CALLS[kind] : acts);
  const count = asked > 0 ? Math.ceil((asked * every.length) / ALL) : every.length;
  return Array.from({ length: count }, (_, at) => [at + 1, every[at % every.length] ?? ""]);
}

/** One line a kill, for `npm run test:crash`. */
function report(line: Record<string, unknown>): void {
  const file = process.env.CRASH_REPORT;
  if (file) appendFileSync(file, `${JSON.stringify(line)}\n`);
}
