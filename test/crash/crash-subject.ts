import { setTimeout as pause } from "node:timers/promises";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { RotationFixture } from "#server/worker/rotation/testing/rotation-fixture.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";

/** One credential whose rotation is interrupted. Each question gives what is wrong, in words. */
export interface CrashSubject {
  bindingId: string;
  /** Whether a consumer that reads the store now can work. */
  unusable(): Promise<string | null>;
  /** After the end: a value that nobody has, a consumer without one, an old one that lives. */
  lost(): Promise<string[]>;
  /** After the end: more than one new version, or something left behind. */
  doubled(): Promise<string[]>;
}

/** Asks again and again, while a rotation goes on, whether a consumer could work. */
export function watch(subject: CrashSubject) {
  const faults: string[] = [];
  let asked = 0;
  let isOver = false;
  const loop = (async () => {
    while (!isOver) {
      const fault = await subject.unusable().catch((error: Error) => error.message);
      if (fault) faults.push(fault);
      asked += 1;
      await pause(50);
    }
  })();
  return {
    async end() {
      isOver = true;
      await loop;
      return { faults, asked };
    },
  };
}

const USUAL = [
  "staged",
  "applied",
  "verified",
  "promoted",
  "grace",
  "revoking",
  "verified_dead",
  "done",
];

/** Each state entered once and told of once. */
export async function doubledStates(
  { tenant }: RotationFixture,
  rotationId: string,
): Promise<string[]> {
  const steps = await withTenant(tenant, "tenant", (tx) =>
    tx.query<{ state_to: string; event_id: string }>(
      "SELECT state_to, event_id FROM rotation_step WHERE tenant_id = $1 AND rotation_id = $2 ORDER BY step_no",
      [tenant, rotationId],
    ),
  );
  const states = steps
    .map((step) => step.state_to)
    .filter((state) => state !== "requested" && state !== "awaiting_approval");
  const faults = states.join() === USUAL.join() ? [] : [`went through ${states.join(", ")}`];
  const events = (await eventsOf(tenant)).map((event) => event.eventId);
  for (const { event_id: id, state_to: state } of steps) {
    const count = events.filter((each) => each === id).length;
    if (count !== 1) faults.push(`${state} is told of ${count} times`);
  }
  return faults;
}
