import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeDemoKubeconfig } from "../cluster/demo-kubeconfig.ts";
import { layDemoCluster } from "../cluster/lay-demo-cluster.ts";
import { writeDemoClusters } from "../cluster/write-demo-clusters.ts";
import { demoSiem } from "../siem/demo-siem.ts";
import { demoWitness } from "../witness/demo-witness.ts";
import {
  applicationEnvironment,
  DEMO_CLUSTERS,
  DEMO_DRIFT,
  machineEnvironment,
  type Ports,
} from "./child-environment.ts";
import { choosePorts, DEFAULT_PORTS } from "./choose-ports.ts";
import { ensureBuilt } from "./console-build.ts";
import { type DataLayout, dataLayout } from "./data-layout.ts";
import { startDatabase } from "./demo-database.ts";
import { demoKeys } from "./demo-keys.ts";
import { demoParts } from "./demo-parts.ts";
import { acquireLock } from "./lock-file.ts";
import { processGroup } from "./process-group.ts";
import { resetData } from "./reset-data.ts";
import { runOnce } from "./run-once.ts";
import { type Runtime, readRuntime, writeRuntime } from "./runtime-file.ts";
import { writeDemoSources } from "./write-demo-sources.ts";

export interface SuperviseOptions {
  readonly root: string;
  readonly sovereign: string;
  readonly dataDir: string;
  /** Where 0 means any free port; default: those of the last start, else the well-known ones. */
  readonly ports?: Partial<Ports>;
  readonly reset?: boolean;
  /** Asked to stop: the start is broken off, what already runs is stopped. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface Supervised {
  readonly runtime: Runtime;
  /** Stops the programs in order, Postgres last. */
  stop(): Promise<void>;
}

/** Starts a whole demo installation and keeps it running. Throws, with everything stopped again. */
export async function supervise(options: SuperviseOptions): Promise<Supervised> {
  const { sovereign, say, signal } = options;
  const layout = dataLayout(options.dataDir);
  const releaseLock = acquireLock(layout.lock, `The console of ${sovereign}`);
  let runtime: Runtime | undefined;
  const remember = (change: Partial<Runtime>) => {
    if (!runtime) return;
    runtime = { ...runtime, pids: group.pids(), ...change };
    writeRuntime(layout.runtime, runtime);
  };
  const group = processGroup({ signal, say, onRestart: () => remember({}) });
  const siem = demoSiem(layout.siem);
  let witness: ReturnType<typeof demoWitness> | undefined;
  const stop = async () => {
    witness?.close();
    siem.closeAllConnections();
    siem.close();
    await group.stop();
    remember({ pids: {} });
    releaseLock();
  };

  try {
    if (options.reset) resetData(layout);
    mkdirSync(layout.logs, { recursive: true, mode: 0o700 });
    const before = readRuntime(layout.runtime);
    const ports = await choosePorts({ ...DEFAULT_PORTS, ...before?.ports, ...options.ports }, say);
    runtime = {
      sovereign,
      consoleUrl: `http://localhost:${ports.console}`,
      ports,
      pids: {},
    };
    await new Promise<void>((resolve, reject) => {
      siem.once("error", reject).listen(ports.siem, "127.0.0.1", resolve);
    });
    const keys = demoKeys(layout.keys);
    if (!process.env.WITNESSES_FILE) {
      witness = demoWitness({
        dir: layout.witness,
        port: ports.witness,
        seed: keys.witness,
        logOrigin: `${sovereign}.console.local`,
        logSigningFile: keys.logSigningFile,
        keyLists: join(layout.dataDir, "log-keys"),
      });
      witness.server.listen(ports.witness, "127.0.0.1");
      witness.server.once("error", (error) => say(`The witness can't listen: ${error.message}`));
    }
    await startAll(options, layout, group, runtime, remember);
    return { runtime, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(
  { root, sovereign, say, signal }: SuperviseOptions,
  layout: DataLayout,
  group: ReturnType<typeof processGroup>,
  { ports, consoleUrl }: Runtime,
  remember: (change: Partial<Runtime>) => void,
): Promise<void> {
  const keys = demoKeys(layout.keys);
  const application = applicationEnvironment({ sovereign, layout, keys, ports, consoleUrl });
  const parts = demoParts({ root, layout, ports, application, machine: machineEnvironment() });
  const building = ensureBuilt({
    root,
    logFile: layout.logOf("build"),
    signal,
    onBuild: () => say("Building the console (about a minute)…"),
  });
  // Its failure is met below, where it is awaited; until then it must not end the process.
  building.catch(() => undefined);

  const admin = await startDatabase({ group, layout, keys, port: ports.postgres });
  // What the operator configures takes the place of the embedded part.
  if (!process.env.OPENBAO_ADDR) {
    await group.keepReady(parts.vault, `http://127.0.0.1:${ports.vault}/v1/sys/health`);
    await group.keepReady(parts.replica, `http://127.0.0.1:${ports.replica}/v1/sys/health`);
  }
  if (!process.env.IDENTITY_CONFIG) {
    const realm = `http://localhost:${ports.idp}/realms/catalyst-admin`;
    await group.keepReady(parts.idp, `${realm}/.well-known/openid-configuration`);
  }
  remember({});
  // The manifests as they were written; from then on the demo's operator keeps them alive.
  const cluster = {
    sovereign,
    source: join(DEMO_CLUSTERS, sovereign),
    drift: join(DEMO_DRIFT, sovereign),
    live: join(layout.cluster, sovereign),
    repository: layout.repository,
  };
  await layDemoCluster(cluster);
  writeDemoKubeconfig(layout.kubeconfig, ports.cluster);
  writeDemoClusters(layout.clustersFile, { ...cluster, kubeconfig: layout.kubeconfig });
  writeDemoSources(layout);
  // Repeatable: adds what is missing, leaves what is there.
  await runOnce({ ...parts.seed, env: { ...parts.seed.env, ...admin } }, signal);
  await building;
  if (!process.env.KUBERNETES_SNAPSHOT_DIR) {
    await group.keepReady(parts.cluster, `http://127.0.0.1:${ports.cluster}/readyz`);
  }
  await group.keep(parts.worker);
  await group.keepReady(parts.console, `http://127.0.0.1:${ports.console}/api/health/ready`);
  remember({});
}
