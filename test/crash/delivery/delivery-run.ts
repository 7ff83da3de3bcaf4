import { setTimeout as pause } from "node:timers/promises";
import { sealPendingAudit } from "#server/features/audit/index.ts";
import { emitMany } from "#server/features/audit/testing/audit-fixture.ts";
import { addSink } from "#server/features/delivery/testing/delivery-fixture.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { startWorker, type WorkerProcess } from "#server/worker/rotation/testing/worker-process.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import type { KillableReceiver } from "./killable-receiver.ts";

export interface DeliveryFigures {
  /** Of these, how many hit the worker, how many a receiver. */
  readonly kills: { worker: number; receiver: number };
  /** Events that every receiver must have, each once. */
  readonly events: number;
  readonly receivers: string[];
  /** Events that some receiver has not, or has more than once. */
  readonly lost: number;
  readonly doubled: number;
}

const BURST = 120;
const FAILPOINTS = ["before:delivery.send", "after:delivery.send", "after:delivery.record"];

/**
 * Makes events while a worker delivers them, and kills the worker or a receiver so many times, at random
 * moments and between the worker's acts; then lets both be and counts. The log grows by what delivery
 * itself tells of (a sink that is down), and that must arrive too.
 */
export async function deliveryRun(
  tenant: AuthorizedTenantId,
  receivers: readonly KillableReceiver[],
  options: { kills: number; env: Record<string, string>; random: () => number },
): Promise<DeliveryFigures> {
  const { kills, random } = options;
  const env = { ...options.env, WORKER_LOOPS: "delivery" };
  const counts = { worker: 0, receiver: 0 };
  for (const { name, config } of receivers) {
    await addSink(tenant, { name, config: config as never });
  }
  let worker = startWorker(env);
  try {
    for (let kill = 1; kill <= kills; kill += 1) {
      const before = await cursors(tenant);
      await emitMany(tenant, BURST);
      await sealPendingAudit(tenant);
      await hurried(tenant);
      const victim = receivers[Math.floor(random() * receivers.length * 2)];
      if (victim) {
        await moment(tenant, before, random);
        await victim.kill();
        await pause(random() * 300);
        await victim.start();
        counts.receiver += 1;
      } else {
        worker = await killedWorker(worker, env, tenant, { before, random });
        counts.worker += 1;
      }
    }
    return { kills: counts, ...(await settled(tenant, receivers, worker)) };
  } finally {
    await worker.stop();
  }
}

/** Kills the worker while it is at work, in half of the cases between two of its acts; gives its heir. */
async function killedWorker(
  worker: WorkerProcess,
  env: Record<string, string>,
  tenant: AuthorizedTenantId,
  { before, random }: { before: string; random: () => number },
): Promise<WorkerProcess> {
  const failpoint = FAILPOINTS[Math.floor(random() * FAILPOINTS.length * 2)];
  if (!failpoint) await moment(tenant, before, random);
  worker.child.kill("SIGKILL");
  await worker.exited;
  await hurried(tenant, true);
  if (failpoint) {
    await emitMany(tenant, BURST);
    await sealPendingAudit(tenant);
    const doomed = startWorker({ ...env, WORKER_FAILPOINT: failpoint });
    const signal = await doomed.exited;
    if (signal !== "SIGKILL") throw new Error(`it ended with ${signal}: ${doomed.output()}`);
    await hurried(tenant, true);
  }
  return startWorker(env);
}

/** Some moment of a delivery: when a cursor has been claimed or moved since `before`, and a little later. */
async function moment(
  tenant: AuthorizedTenantId,
  before: string,
  random: () => number,
): Promise<void> {
  const isAtWork = async () => (await cursors(tenant)) !== before;
  await waitFor(isAtWork, { timeout: 120_000, interval: 5, message: "the worker to deliver" });
  await pause(random() * 60);
}

async function cursors(tenant: AuthorizedTenantId): Promise<string> {
  const rows = await asSuperuser<object>(
    "SELECT cursor_id, fence, next_leaf, lease_until FROM sink_cursor WHERE tenant_id = $1 ORDER BY cursor_id",
    [tenant],
  );
  return JSON.stringify(rows);
}

/** As if pauses were over, and after a kill the leases of the dead too. */
async function hurried(tenant: AuthorizedTenantId, isDead = false): Promise<void> {
  const lease = isDead ? ", lease_until = least(lease_until, clock_timestamp())" : "";
  await asSuperuser(
    `UPDATE sink_cursor SET next_attempt_at = least(next_attempt_at, clock_timestamp())${lease} WHERE tenant_id = $1`,
    [tenant],
  );
}

/** Waits until each receiver has all that is in the log, and counts; gives up when nothing more comes. */
async function settled(
  tenant: AuthorizedTenantId,
  receivers: readonly KillableReceiver[],
  worker: WorkerProcess,
): Promise<Omit<DeliveryFigures, "kills">> {
  const wanted = async () => {
    await sealPendingAudit(tenant);
    await hurried(tenant);
    const rows = await asSuperuser<{ event_id: string }>(
      "SELECT event_id FROM audit_event WHERE tenant_id = $1",
      [tenant],
    );
    return rows.map(({ event_id: id }) => id);
  };
  const missing = async () => {
    const all = await wanted();
    const held = await Promise.all(receivers.map(async (each) => new Set(await each.ids())));
    return all.filter((id) => held.some((ids) => !ids.has(id)));
  };
  await waitFor(async () => (await missing()).length === 0, {
    timeout: 180_000,
    interval: 250,
    message: "every event at every receiver",
  }).catch(() => process.stderr.write(`${worker.output()}\n`));
  const lost = (await missing()).length;
  let doubled = 0;
  for (const each of receivers) {
    const ids = await each.ids();
    doubled += ids.length - new Set(ids).size;
  }
  const names = receivers.map(({ name }) => name);
  return { events: (await wanted()).length, receivers: names, lost, doubled };
}
