import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { throwawayDirectory } from "#test/harness/throwaway-directory.ts";
import { freePorts, startServer } from "../running-server.ts";
import { KeycloakAdmin } from "./keycloak-admin.ts";
import type { KeycloakInstallation } from "./obtain-keycloak.ts";

export interface RunningKeycloak {
  /** As the browser sees it; the issuer of a realm is `<url>/realms/<realm>`. */
  readonly url: string;
  readonly pid: number;
  readonly admin: KeycloakAdmin;
  stop(): Promise<void>;
}

export interface KeycloakOptions {
  readonly realmFiles: readonly string[];
  /** Fill the `${VARIABLE:default}` places of the realm files. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Where to listen on loopback; a free port when absent. */
  readonly port?: number;
}

const START_TIMEOUT_MILLIS = 400_000;

/** Of the installation: the database of a Keycloak that has no realm yet, and its administrator. */
const FRESH_DATABASE = "fresh-database";
const PASSWORD_FILE = "peer-admin.password";

/**
 * A Keycloak of its own on loopback, with a database of its own: `start-dev --import-realm` with the
 * given realm files. Several run side by side from one installation.
 */
export async function startKeycloak(
  { home, javaHome }: KeycloakInstallation,
  options: KeycloakOptions,
): Promise<RunningKeycloak> {
  const directory = await instanceDirectory(home, options.realmFiles);
  const server = await launch({ home, javaHome }, directory, options);
  return {
    ...server,
    async stop() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Starts a new installation once and keeps what that made: Keycloak's code laid out for our options,
 * and a database with its schema and administrator. Later starts take a third of the time.
 */
export async function prepareInstallation(installation: KeycloakInstallation): Promise<void> {
  const { home } = installation;
  await writeFile(join(home, PASSWORD_FILE), randomBytes(16).toString("hex"), { mode: 0o600 });
  const directory = await instanceDirectory(home, []);
  try {
    await (await launch(installation, directory, { realmFiles: [] })).stop();
    await cp(join(directory, "data/h2"), join(home, FRESH_DATABASE), { recursive: true });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function launch(
  { home, javaHome }: KeycloakInstallation,
  directory: string,
  options: KeycloakOptions,
): Promise<RunningKeycloak> {
  const [freePort = 0, managementPort = 0] = await freePorts(2);
  const port = options.port ?? freePort;
  const url = `http://localhost:${port}`;
  const password = await readFile(join(home, PASSWORD_FILE), "utf8");
  const server = await startServer({
    name: "Keycloak",
    program: join(directory, "bin/kc.sh"),
    args: [
      "start-dev",
      "--import-realm",
      "--db=dev-file",
      "--cache=local",
      "--health-enabled=true",
      "--http-host=127.0.0.1",
      `--http-port=${port}`,
      `--http-management-port=${managementPort}`,
      `--hostname=${url}`,
    ],
    cwd: directory,
    env: {
      ...options.variables,
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      JAVA_HOME: javaHome,
      JAVA_OPTS_KC_HEAP: "-Xms64m -Xmx384m",
      JAVA_OPTS_APPEND: javaOptions(options.realmFiles.length),
      KC_BOOTSTRAP_ADMIN_USERNAME: "peer-admin",
      KC_BOOTSTRAP_ADMIN_PASSWORD: password,
      NODE_ENV: process.env.NODE_ENV,
    },
    logFile: join(directory, "keycloak.log"),
    isReady: () => isUp(`http://127.0.0.1:${managementPort}/health/ready`),
    startTimeout: START_TIMEOUT_MILLIS,
  });
  return {
    url,
    pid: server.pid,
    admin: new KeycloakAdmin(url, "peer-admin", password),
    stop: server.stop,
  };
}

/** A start of one realm is over before the optimizing compiler has paid for itself: half the processor time. */
function javaOptions(realms: number): string {
  const collector = "-XX:-UseG1GC -XX:+UseSerialGC";
  return realms <= 1 ? `${collector} -XX:TieredStopAtLevel=1` : collector;
}

/** Code is shared with the installation, data is not. Keycloak finds its home beside its script. */
async function instanceDirectory(home: string, realmFiles: readonly string[]): Promise<string> {
  const directory = await throwawayDirectory();
  await mkdir(join(directory, "bin"));
  await copyFile(join(home, "bin/kc.sh"), join(directory, "bin/kc.sh"));
  for (const part of ["lib", "conf", "providers", "themes"]) {
    await symlink(join(home, part), join(directory, part));
  }
  await mkdir(join(directory, "data/import"), { recursive: true });
  const fresh = join(home, FRESH_DATABASE);
  if (existsSync(fresh)) await cp(fresh, join(directory, "data/h2"), { recursive: true });
  for (const file of realmFiles) {
    await copyFile(file, join(directory, "data/import", basename(file)));
  }
  return directory;
}

async function isUp(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    () => false,
  );
}
