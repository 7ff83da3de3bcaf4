import { hostname } from "node:os";
import { join } from "node:path";
import { runIndexer, runSealer } from "#server/features/audit/index.ts";
import { identityConfig, sweepSessions } from "#server/features/identity/index.ts";
import { startPolicies } from "#server/features/policy/start-policies.ts";
import { configuredRegions } from "#server/features/regions/regions-config.ts";
import { openContentStore } from "#server/integrations/content-store/open-content-store.ts";
import { transitKeyKeeper } from "#server/integrations/openbao/transit-key-keeper.ts";
import { pinnedRoot } from "#server/integrations/sigstore/trusted-root.ts";
import { openSink } from "#server/integrations/sinks/open-sink.ts";
import { registerKeeper } from "#server/platform/audit/key-keeper.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { bindingsLoop } from "./bindings-loop.ts";
import { closeClusterSources, clusterSources } from "./clusters/cluster-sources.ts";
import { closeClusterWriters, clusterWriter } from "./clusters/cluster-writers.ts";
import { closeDesiredSources, desiredSources } from "./clusters/desired-sources.ts";
import { answerChecks } from "./delivery/answer-checks.ts";
import { deliveryLoop } from "./delivery/delivery-loop.ts";
import { OpenSinks } from "./delivery/open-sinks.ts";
import { sinkWorld } from "./delivery/sink-world.ts";
import { tellErasures } from "./delivery/tell-erasures.ts";
import { tellLag } from "./delivery/tell-lag.ts";
import { configuredPlaces, projectElevations, tendElevations } from "./elevation/tend-elevation.ts";
import { openSources, readSource } from "./event-sources/read-sources.ts";
import { readSourcesFile } from "./event-sources/sources-config.ts";
import { every } from "./every.ts";
import { identityEvidence } from "./isolation/read-identity.ts";
import { tendAccessReviews } from "./jobs/access-reviews.ts";
import { expireDueApprovals } from "./jobs/approvals.ts";
import { settleBreakGlassApprovals } from "./jobs/break-glass.ts";
import { auditDueLogs, lookAtDueCompliance } from "./jobs/compliance.ts";
import { observeConsumers } from "./jobs/consumers.ts";
import { flushEndedDenials } from "./jobs/denials.ts";
import {
  announceDeployments,
  tellUnreportedDeployments,
  tendDueDeployments,
} from "./jobs/deployments.ts";
import { discoverDue } from "./jobs/discovery.ts";
import { driftLoop } from "./jobs/drift.ts";
import { copyDueTiles, tendEvidence } from "./jobs/evidence.ts";
import { sweepIdempotencyKeys } from "./jobs/idempotency.ts";
import { pursueIncidents } from "./jobs/incidents.ts";
import { answerWhatIfs, isolationLoop } from "./jobs/isolation.ts";
import { tellLastingTrouble } from "./jobs/lasting-trouble.ts";
import { remindOfManualWork } from "./jobs/manual-work.ts";
import { applyChangedPolicies } from "./jobs/policies.ts";
import { tendRemediations } from "./jobs/remediations.ts";
import { settleRotationApprovals } from "./jobs/rotation-approvals.ts";
import { sweepStepUps } from "./jobs/step-ups.ts";
import { deliverDueWebhooks } from "./jobs/webhooks.ts";
import { askWitnesses, readWitnesses } from "./jobs/witnesses.ts";
import { tendDueLeases } from "./leases/leases-job.ts";
import { tendLogKeys } from "./log-keys/tend-log-keys.ts";
import { carryOutLifecycles } from "./onboarding/carry-out-lifecycles.ts";
import { configuredRealms } from "./onboarding/configured-realms.ts";
import { startQueue } from "./queue.ts";
import { observeKeyVault } from "./regions/observe-key-vault.ts";
import { primaryVault } from "./regions/primary-vault.ts";
import { regionClients } from "./regions/region-clients.ts";
import { configuredHook, regionsLoop } from "./regions/regions-loop.ts";
import { reportLogins } from "./report-login.ts";
import { tendRetention } from "./retention/tend-retention.ts";
import { rotationLoop } from "./rotation-loop.ts";
import { configuredStores } from "./stores/worker-stores.ts";
import { configuredForge } from "./supply-chain/configured-forge.ts";
import { configuredVault } from "./vault.ts";
import { askForRenewals } from "./watch/ask-for-renewals.ts";
import { watchCredentials } from "./watch/watch-credentials.ts";
import { configuredExternalSecrets, configuredSources } from "./watch/watch-sources.ts";
import { workerEnv } from "./worker-env.ts";

/**
 * The worker: any number of replicas, each doing what is due. SIGTERM lets what is under way reach
 * its next record; a SIGKILL loses nothing either, the lease only has to run out.
 */
const {
  WORKER_LEASE_SECONDS,
  WORKER_LOOPS,
  WORKER_FAILPOINT,
  ROTATIONS_PER_TARGET,
  DISCOVERY_SECONDS,
  ISOLATION_SECONDS,
  WITNESS_SECONDS,
  SINK_LAG_SECONDS,
  DRIFT_SECONDS,
  COMPLIANCE_SECONDS,
  COMPLIANCE_LEAST_SECONDS,
  LOG_AUDIT_SECONDS,
  LOG_AUDIT_DIR,
  VAULT_PLATFORM_READERS,
  VAULT_REGION,
  ACCESS_DIRECTORY_SECONDS,
} = workerEnv();
const { ALERT_AFTER_DOUBT_MINUTES: doubtMinutes, ALERT_AFTER_TROUBLE_MINUTES: troubleMinutes } =
  workerEnv();
startPolicies();
const HOUR_MILLIS = 3_600_000;
const stopping = new AbortController();
const { signal } = stopping;
for (const name of ["SIGTERM", "SIGINT"] as const) {
  process.on(name, () => stopping.abort());
}

const owner = `${hostname()}:${process.pid}`;
const vault = await configuredVault(reportLogins(owner));
// Read once, at the start: a root that can't be read stops the worker, not the checks.
const evidence = { root: pinnedRoot(env().SIGSTORE_TRUSTED_ROOT), forge: configuredForge() };
if (env().KEY_KEEPER === "openbao-transit") {
  registerKeeper(transitKeyKeeper(async () => vault.transit(env().KEY_TRANSIT_MOUNT)));
}
const stores = configuredStores();
const sources = configuredSources(vault);
const externalSecrets = configuredExternalSecrets();
const regions = configuredRegions();
const clients = await regionClients(regions, undefined, reportLogins(owner));
const primary = primaryVault({ regions, clients, own: { address: env().OPENBAO_ADDR, vault } });
const boss = await startQueue((err) => logger.error({ err }, "the queue failed"));
const tending = {
  vault,
  owner: `${hostname()}:${process.pid}`,
  leaseSeconds: WORKER_LEASE_SECONDS,
  ...(WORKER_FAILPOINT ? { failpoint: WORKER_FAILPOINT } : {}),
};
const loops = {
  rotations: () =>
    rotationLoop(
      boss,
      {
        get vault() {
          return primary.vault;
        },
        get region() {
          return primary.region;
        },
        stores,
        owner,
        leaseSeconds: WORKER_LEASE_SECONDS,
        mostPerTarget: ROTATIONS_PER_TARGET,
        failpoint: WORKER_FAILPOINT,
      },
      signal,
    ),
  bindings: () => bindingsLoop(signal),
  regions: () =>
    regionsLoop({
      regions,
      clients,
      keyVaults: stores.keyVaults.map(({ name }) => name),
      observeOther: (storeId) => observeKeyVault(stores, storeId),
      hook: configuredHook(),
      signal,
    }),
  webhooks: () => repeat(1_000, "webhooks", deliverDueWebhooks),
  approvals: () => repeat(5_000, "approvals", expireDueApprovals),
  deployments: () => repeat(1_000, "deployments", () => tendDueDeployments(evidence)),
  "deployment-news": () =>
    repeat(
      1_000,
      "deployment-news",
      async () => (await announceDeployments()) + (await tellUnreportedDeployments()),
    ),
  policies: () => repeat(2_000, "policies", applyChangedPolicies),
  elevation: () => repeat(1_000, "elevation", tendElevations),
  "elevation-projections": () => {
    const places = configuredPlaces();
    return repeat(1_000, "elevation-projections", () => projectElevations(places));
  },
  incidents: () => repeat(500, "incidents", () => pursueIncidents(vault)),
  consumers: () =>
    repeat(1_000, "consumers", () => observeConsumers(primary.vault, externalSecrets)),
  leases: () => repeat(1_000, "leases", () => tendDueLeases(tending)),
  discovery: () => {
    const owner = `${hostname()}:${process.pid}`;
    const clusters = clusterSources();
    const look = { vault, stores, owner, clusters, everySeconds: DISCOVERY_SECONDS };
    return repeat(2_000, "discovery", () => discoverDue(look));
  },
  "break-glass": () => repeat(1_000, "break-glass", settleBreakGlassApprovals),
  "access-reviews": () => {
    const look = { identity: identityConfig(), owner, everySeconds: ACCESS_DIRECTORY_SECONDS };
    return repeat(2_000, "access-reviews", () => tendAccessReviews(look));
  },
  isolation: () => {
    const ownRole = `auth/${env().OPENBAO_AUTH_MOUNT ?? env().OPENBAO_AUTH}/${env().OPENBAO_ROLE ?? ""}`;
    const look = {
      vault,
      clusters: clusterSources(),
      platformReaders: [ownRole, ...VAULT_PLATFORM_READERS],
      vaultRegion: VAULT_REGION ?? null,
      identity: () => identityEvidence(identityConfig()),
      owner,
      everySeconds: ISOLATION_SECONDS,
    };
    const asked = repeat(1_000, "isolation-what-if", () => answerWhatIfs(look));
    const looking = isolationLoop(look, (once) => repeat(1_000, "isolation", once));
    return looking.then(() => asked);
  },
  delivery: () => {
    const open = (tenantId: string, config: Parameters<typeof openSink>[0]) =>
      openSink(
        config,
        sinkWorld(() => primary.vault.kv, tenantId),
      );
    const delivering = {
      sinks: new OpenSinks(open),
      owner,
      leaseSeconds: WORKER_LEASE_SECONDS,
      signal,
      failpoint: WORKER_FAILPOINT,
    };
    return Promise.all([
      deliveryLoop(delivering),
      repeat(1_000, "sink-checks", () => answerChecks(open)),
      repeat(1_000, "sink-erasures", () =>
        tellErasures(open, { leaseSeconds: WORKER_LEASE_SECONDS, signal }),
      ),
      repeat(5_000, "sink-lag", () => tellLag(SINK_LAG_SECONDS)),
    ]);
  },
  "tenant-lifecycles": () => {
    const realms = configuredRealms();
    return repeat(1_000, "tenant-lifecycles", () =>
      carryOutLifecycles({
        vault: primary.vault,
        realms,
        owner,
        leaseSeconds: WORKER_LEASE_SECONDS,
        failpoint: WORKER_FAILPOINT,
      }),
    );
  },
  retention: () => {
    const { KEY_KEEPER: keeper, KEY_BACKUP_DIR: folder, DATA_DIR } = env();
    const backups = folder ?? join(DATA_DIR, "key-backups");
    const tending = { keeper, backups, leaseSeconds: WORKER_LEASE_SECONDS };
    return repeat(1_000, "retention", () => tendRetention(tending));
  },
  "log-keys": () => {
    const { LOG_KEY_DAYS: mostDays, LOG_KEY_AHEAD_DAYS: aheadDays, LOG_KEYS_DIR, DATA_DIR } = env();
    const folder = LOG_KEYS_DIR ?? join(DATA_DIR, "log-keys");
    const tending = { mostDays, aheadDays, folder };
    return repeat(1_000, "log-keys", () => tendLogKeys(tending));
  },
  drift: () =>
    driftLoop({ owner, everySeconds: DRIFT_SECONDS }, (look) => repeat(1_000, "drift", look)),
  compliance: () => {
    const failed = new Map<string, number>();
    const keeping = { folder: LOG_AUDIT_DIR ?? join(env().DATA_DIR, "log-audits"), signal };
    const audits = repeat(5_000, "log-audits", () =>
      auditDueLogs(LOG_AUDIT_SECONDS, failed, keeping),
    );
    const times = { everySeconds: COMPLIANCE_SECONDS, leastSeconds: COMPLIANCE_LEAST_SECONDS };
    const looks = repeat(2_000, "compliance", () => lookAtDueCompliance(times));
    return looks.then(() => audits);
  },
  remediation: () => {
    const places = { clusters: clusterSources(), desired: desiredSources, writer: clusterWriter };
    const tending = {
      places,
      owner,
      leaseSeconds: WORKER_LEASE_SECONDS,
      failpoint: WORKER_FAILPOINT,
    };
    return repeat(1_000, "remediation", () => tendRemediations(tending));
  },
  witnesses: () => {
    const witnesses = readWitnesses(env().WITNESSES_FILE);
    return repeat(2_000, "witnesses", () => askWitnesses(witnesses, WITNESS_SECONDS));
  },
  evidence: () => {
    const store = openContentStore();
    const witnesses = readWitnesses(env().WITNESSES_FILE).map(({ key }) => key);
    const making = { store, witnesses, owner, leaseSeconds: WORKER_LEASE_SECONDS };
    const packs = repeat(1_000, "evidence", () => tendEvidence(making));
    return Promise.all([packs, repeat(5_000, "tile-copies", () => copyDueTiles(making))]).then(() =>
      store.close(),
    );
  },
  "event-sources": async () => {
    const open = openSources(readSourcesFile(env().INGEST_FILE), clusterSources());
    // Each at its own pace: one that is away holds up no other.
    await Promise.all(
      open.map((source) =>
        repeat(1_000, `event-source ${source.config.name}`, () => readSource(source, signal)),
      ),
    );
    await Promise.all(open.map(({ reader }) => reader.close().catch(() => undefined)));
  },
  "rotation-approvals": () => repeat(1_000, "rotation-approvals", settleRotationApprovals),
  watch: () => repeat(15_000, "watch", () => watchCredentials(sources)),
  renewals: () => repeat(2_000, "renewals", () => askForRenewals(sources)),
  "manual-work": () => repeat(10_000, "manual-work", remindOfManualWork),
  "lasting-trouble": () =>
    repeat(10_000, "lasting-trouble", () => tellLastingTrouble({ doubtMinutes, troubleMinutes })),
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
  return expired + dropped + (await sweepIdempotencyKeys()) + (await sweepStepUps());
}

function repeat(millis: number, job: string, act: () => Promise<number>): Promise<void> {
  const once = () => act().then(() => undefined);
  return every(millis, signal, once, (err) => logger.error({ err, job }, "due work failed"));
}

logger.info({ loops: WORKER_LOOPS }, "the worker runs");
const following = every(
  1_000,
  signal,
  () => primary.refresh(),
  (err) => logger.error({ err }, "the primary region could not be read"),
);
await Promise.all([following, ...WORKER_LOOPS.map((name) => loops[name]())]);
await boss.stop({ graceful: true, timeout: 20_000 });
await closeClusterSources();
await closeClusterWriters();
await closeDesiredSources();
await vault.close();
await clients.close();
await closePools();
await closeIdentityPools();
logger.info("the worker has stopped");
