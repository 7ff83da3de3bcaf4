import { hostname } from "node:os";
import { runIndexer, runSealer } from "#server/features/audit/index.ts";
import { sweepSessions } from "#server/features/identity/index.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { bindingsLoop } from "./bindings-loop.ts";
import { every } from "./every.ts";
import { expireDueApprovals } from "./jobs/approvals.ts";
import { observeConsumers } from "./jobs/consumers.ts";
import { flushEndedDenials } from "./jobs/denials.ts";
import { applyChangedPolicies } from "./jobs/policies.ts";
import { settleRotationApprovals } from "./jobs/rotation-approvals.ts";
import { deliverDueWebhooks } from "./jobs/webhooks.ts";
import { startQueue } from "./queue.ts";
import { rotationLoop } from "./rotation-loop.ts";
import { configuredStores } from "./stores/worker-stores.ts";
import { configuredVault } from "./vault.ts";
import { workerEnv } from "./worker-env.ts";

/**
 * The worker: any number of replicas, each doing what is due. SIGTERM lets what is under way reach
 * its next record; a SIGKILL loses nothing either, the lease only has to run out.
 */
const { WORKER_LEASE_SECONDS, WORKER_LOOPS, WORKER_FAILPOINT, ROTATIONS_PER_TARGET } = workerEnv();
const HOUR_MILLIS = 3_600_000;
const stopping = new AbortController();
const { signal } = stopping;
for (const name of ["SIGTERM", "SIGINT"] as const) {
  process.on(name, () => stopping.abort());
}

const vault = configuredVault();
const stores = configuredStores();
const boss = await startQueue((err) => logger.error({ err }, "the queue failed"));
const loops = {
  rotations: () =>
    rotationLoop(
      boss,
      {
        vault,
        stores,
        owner: `${hostname()}:${process.pid}`,
        leaseSeconds: WORKER_LEASE_SECONDS,
        mostPerTarget: ROTATIONS_PER_TARGET,
        failpoint: WORKER_FAILPOINT,
      },
      signal,
    ),
  bindings: () => bindingsLoop(signal),
  webhooks: () => repeat(1_000, "webhooks", deliverDueWebhooks),
  approvals: () => repeat(5_000, "approvals", expireDueApprovals),
  policies: () => repeat(2_000, "policies", applyChangedPolicies),
  consumers: () => repeat(1_000, "consumers", () => observeConsumers(vault)),
  "rotation-approvals": () => repeat(1_000, "rotation-approvals", settleRotationApprovals),
  denials: () => repeat(5_000, "denials", flushEndedDenials),
  sessions: () => repeat(HOUR_MILLIS, "sessions", sweepOnce),
  sealer: () =>
    runSealer({
      signal,
      onError: (err, tenant) => logger.error({ err, tenant }, "sealing failed"),
    }),
  "search-index": () =>
    runIndexer({
      signal,
      onError: (err, tenant) => logger.error({ err, tenant }, "indexing the log failed"),
    }),
};

async function sweepOnce(): Promise<number> {
  const { expired, dropped } = await sweepSessions();
  return expired + dropped;
}

function repeat(millis: number, job: string, act: () => Promise<number>): Promise<void> {
  const once = () => act().then(() => undefined);
  return every(millis, signal, once, (err) => logger.error({ err, job }, "due work failed"));
}

logger.info({ loops: WORKER_LOOPS }, "the worker runs");
await Promise.all(WORKER_LOOPS.map((name) => loops[name]()));
await boss.stop({ graceful: true, timeout: 20_000 });
await vault.close();
await closePools();
await closeIdentityPools();
logger.info("the worker has stopped");
