import { mkdirSync } from "node:fs";
import { startEmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import { applicationEnvironment, machineEnvironment, type Ports } from "./child-environment.ts";
import { type ChildSpec, lastLines, type RunningProcess, startProcess } from "./child-process.ts";
import { choosePorts, DEFAULT_PORTS } from "./choose-ports.ts";
import { ensureBuilt } from "./console-build.ts";
import { dataLayout } from "./data-layout.ts";
import { demoKeys } from "./demo-keys.ts";
import { demoParts } from "./demo-parts.ts";
import { type KeptRunning, keepRunning } from "./keep-running.ts";
import { acquireLock } from "./lock-file.ts";
import { migratorUrl, prepareDatabase } from "./prepare-database.ts";
import { resetData } from "./reset-data.ts";
import { type Runtime, readRuntime, writeRuntime } from "./runtime-file.ts";
import { waitUntilReady } from "./wait-until-ready.ts";

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
  /** Stops the children in order, Postgres last. */
  stop(): Promise<void>;
}

/** Starts a whole demo installation and keeps it running. Throws, with everything stopped again. */
export async function supervise(options: SuperviseOptions): Promise<Supervised> {
  const { root, sovereign, say, signal } = options;
  const layout = dataLayout(options.dataDir);
  const releaseLock = acquireLock(layout.lock, `The console of ${sovereign}`);
  const kept: KeptRunning[] = [];
  const keep = async (
    spec: Pick<ChildSpec, "name" | "logFile">,
    start: () => RunningProcess | Promise<RunningProcess>,
  ) => {
    signal.throwIfAborted();
    const running = await keepRunning({ name: spec.name, logFile: spec.logFile, start, say });
    kept.push(running);
    return running;
  };
  const keepPart = (spec: ChildSpec) => keep(spec, () => startProcess(spec));
  const stop = async () => {
    // Started last, stopped first: nothing loses what it depends on while it still works.
    for (const running of [...kept].reverse()) await running.stop();
    const runtime = readRuntime(layout.runtime);
    if (runtime) writeRuntime(layout.runtime, { ...runtime, pids: {} });
    releaseLock();
  };

  try {
    if (options.reset) resetData(layout);
    mkdirSync(layout.logs, { recursive: true, mode: 0o700 });
    const before = readRuntime(layout.runtime);
    const keys = demoKeys(layout.keys);
    const ports = await choosePorts({ ...DEFAULT_PORTS, ...before?.ports, ...options.ports }, say);
    const consoleUrl = `http://localhost:${ports.console}`;
    const application = applicationEnvironment({ sovereign, layout, keys, ports, consoleUrl });
    const parts = demoParts({ root, layout, ports, application, machine: machineEnvironment() });
    const building = ensureBuilt({
      root,
      logFile: layout.logOf("build"),
      signal,
      onBuild: () => say("Building the console (about a minute)…"),
    });
    building.catch(() => undefined);

    const startPostgres = async (): Promise<RunningProcess> => {
      const server = await startEmbeddedPostgres({
        dataDir: layout.postgres,
        superuserPassword: keys.postgresSuperuser,
        logFile: layout.logOf("postgres"),
        port: ports.postgres,
        exactPort: kept.length > 0,
      });
      superuserUrl = server.superuserUrl;
      return {
        pid: server.pid,
        ended: server.ended.then(() => "the server stopped"),
        exitCode: () => null,
        stop: () => server.stop(),
      };
    };
    let superuserUrl = (_database?: string) => "";
    await keep({ name: "postgres", logFile: layout.logOf("postgres") }, startPostgres);
    const [vault, idp] = await Promise.all([keepPart(parts.vault), keepPart(parts.idp)]);
    await prepareDatabase({
      superuserUrl,
      port: ports.postgres,
      logins: keys.logins,
      tenantContextKey: keys.tenantContext,
    });
    await Promise.all([
      ready(vault, `${application.OPENBAO_ADDR}/v1/sys/health`, parts.vault),
      ready(
        idp,
        `http://localhost:${ports.idp}/realms/catalyst-admin/.well-known/openid-configuration`,
        parts.idp,
      ),
    ]);

    const runtime = (isSeeded: boolean): Runtime => ({
      sovereign,
      consoleUrl,
      ports,
      isSeeded,
      pids: Object.fromEntries(kept.map((each) => [each.name, each.pid() ?? 0])),
    });
    writeRuntime(layout.runtime, runtime(before?.isSeeded ?? false));
    if (!before?.isSeeded || options.reset) {
      await runOnce({
        ...parts.seed,
        env: {
          ...parts.seed.env,
          DATABASE_URL_MIGRATOR: migratorUrl(ports.postgres, keys.logins),
          POSTGRES_ADMIN_URL: superuserUrl(),
        },
      });
    }
    await building;
    await keepPart(parts.worker);
    const web = await keepPart(parts.console);
    await ready(web, `http://127.0.0.1:${ports.console}/api/health/ready`, parts.console);
    writeRuntime(layout.runtime, runtime(true));
    return { runtime: runtime(true), stop };
  } catch (error) {
    await stop();
    throw error;
  }

  async function ready(running: KeptRunning, url: string, spec: ChildSpec): Promise<void> {
    await waitUntilReady({ kept: running, url, logFile: spec.logFile, signal });
  }

  async function runOnce(spec: ChildSpec): Promise<void> {
    const running = startProcess(spec);
    const onAbort = () => void running.stop();
    signal.addEventListener("abort", onAbort, { once: true });
    const how = await running.ended;
    signal.removeEventListener("abort", onAbort);
    signal.throwIfAborted();
    if (running.exitCode() === 0) return;
    throw new Error(
      `The ${spec.name} failed (${how}). The end of ${spec.logFile}:\n${lastLines(spec.logFile)}`,
    );
  }
}
