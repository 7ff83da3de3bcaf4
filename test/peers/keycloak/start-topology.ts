import { randomBytes } from "node:crypto";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeIdentityFile } from "#server/embedded/idp/identity-file.ts";
import { readRealms } from "#server/embedded/idp/realm.ts";
import {
  DEMO_SOVEREIGNS,
  type Topology,
} from "#server/features/identity/realms/demo-sovereigns.ts";
import type { Role } from "#server/platform/authz/scopes.ts";
import { throwawayDirectory } from "#test/harness/throwaway-directory.ts";
import type { IdentityPeer } from "../identity-peer.ts";
import type { KeycloakAdmin } from "./keycloak-admin.ts";
import { obtainKeycloak } from "./obtain-keycloak.ts";
import { type RunningKeycloak, startKeycloak } from "./start-keycloak.ts";

export interface KeycloakTopology extends IdentityPeer {
  /** The console's `identity.json` for these Keycloaks. */
  readonly identityFile: string;
  admin(realm: string): KeycloakAdmin;
  /** Ends the Keycloak that serves this realm, as a failure would. */
  stopServing(realm: string): Promise<void>;
}

const REALM_FILES = join(import.meta.dirname, "../../../deploy/keycloak");

/**
 * The Keycloaks of a Sovereign, each with the generated realms it serves: `per-organization` one
 * Keycloak for each realm, `shared-sovereign` one for all.
 */
export async function startTopology(
  topology: Topology,
  consoleUrl: string,
): Promise<KeycloakTopology> {
  const sovereign = DEMO_SOVEREIGNS.find((each) => each.topology === topology);
  if (!sovereign) throw new Error(`no demo Sovereign has the topology ${topology}`);
  const folder = await throwawayDirectory();
  const secret = randomBytes(24).toString("hex");
  const secretFile = join(folder, "client-secret");
  await writeFile(secretFile, secret, { mode: 0o600 });
  const variables = {
    CONSOLE_URL: consoleUrl,
    SOVEREIGN_CONSOLE_CLIENT_SECRET: secret,
    SOVEREIGN_CONSOLE_DIRECTORY_SECRET: secret,
  };
  const realms = await readRealms(join(REALM_FILES, topology), () => variables);
  const serving = await startAll(topology, variables);
  const of = (realm: string): RunningKeycloak => {
    const keycloak = serving.get(realm);
    if (!keycloak) throw new Error(`no Keycloak of ${topology} serves realm ${realm}`);
    return keycloak;
  };
  const issuerOf = (realm: string) => `${of(realm).url}/realms/${realm}`;
  const identityFile = join(folder, "identity.json");
  writeIdentityFile(
    identityFile,
    sovereign,
    realms.map((realm) => ({
      realm,
      issuer: issuerOf(realm.realm),
      clientSecretFile: secretFile,
      directorySecretFile: secretFile,
    })),
  );
  return {
    identityFile,
    issuerOf,
    clientSecretOf: () => secret,
    admin: (realm) => of(realm).admin,
    stopServing: (realm) => of(realm).stop(),
    setRoles: (realm, username, roles) => setRoles(of(realm).admin, realm, username, roles),
    setEnabled: (realm, username, enabled) => of(realm).admin.setUser(realm, username, { enabled }),
    endSession: (realm, sid) => of(realm).admin.endSession(realm, sid),
    logoutUser: (realm, username) => of(realm).admin.logoutUser(realm, username),
    async stop() {
      await Promise.all([...new Set(serving.values())].map((keycloak) => keycloak.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Which Keycloak serves which realm, all of them up. When one does not start, none stays. */
async function startAll(
  topology: Topology,
  variables: Record<string, string>,
): Promise<Map<string, RunningKeycloak>> {
  const installation = await obtainKeycloak();
  const directory = join(REALM_FILES, topology);
  const files = (await readdir(directory)).filter((name) => /^realm-.*\.json$/.test(name));
  const groups = topology === "shared-sovereign" ? [files] : files.map((file) => [file]);
  const started = await Promise.allSettled(
    groups.map(async (group) => {
      const realmFiles = group.map((file) => join(directory, file));
      const keycloak = await startKeycloak(installation, { realmFiles, variables });
      return {
        keycloak,
        realms: group.map((file) => file.slice("realm-".length, -".json".length)),
      };
    }),
  );
  const running = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const failed = started.find((each) => each.status === "rejected");
  if (failed) {
    await Promise.all(running.map(({ keycloak }) => keycloak.stop()));
    throw failed.reason;
  }
  return new Map(running.flatMap(({ keycloak, realms }) => realms.map((name) => [name, keycloak])));
}

async function setRoles(
  admin: KeycloakAdmin,
  realm: string,
  username: string,
  wanted: readonly Role[],
): Promise<void> {
  const present = (await admin.roles(realm, username)) as Role[];
  for (const role of present.filter((each) => !wanted.includes(each))) {
    await admin.removeRole(realm, username, role);
  }
  for (const role of wanted.filter((each) => !present.includes(each))) {
    await admin.grantRole(realm, username, role);
  }
}
