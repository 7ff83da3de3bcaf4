import "server-only";
import type { DirectoryReading } from "#server/features/access-reviews/directory-schema.ts";
import { beginDirectory } from "#server/features/access-reviews/verbs/begin-directory.ts";
import { recordDirectory } from "#server/features/access-reviews/verbs/record-directory.ts";
import type { IdentityConfig, RealmConfig } from "#server/features/identity/config.ts";
import type { DirectoryEntry } from "#server/integrations/keycloak-admin/directory.ts";
import { KeycloakAdminError } from "#server/integrations/keycloak-admin/keycloak-admin-error.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { eachDue } from "../jobs/each-due.ts";
import { realmDirectory } from "./realm-directory.ts";

const BATCH = 50;
const LEASE_SECONDS = 300;
/** How soon an issuer that could not be read is tried again. */
const RETRY_SECONDS = 30;

export interface DirectoryDependencies {
  identity: IdentityConfig;
  owner: string;
  everySeconds: number;
}

type Read = { failure: null; entries: DirectoryEntry[] } | { failure: string; entries: [] };

/**
 * Reads who has which role, for each tenant whose turn it is; an issuer of many tenants once a round.
 * Gives how many tenants were read.
 */
export async function readDirectories(dependencies: DirectoryDependencies): Promise<number> {
  const { identity, owner, everySeconds } = dependencies;
  const readings = new Map<string, Promise<Read>>();
  const entriesOf = (realm: RealmConfig) => {
    const reading = readings.get(realm.issuer) ?? readRealm(realm);
    readings.set(realm.issuer, reading);
    return reading;
  };
  return eachDue<{ tenant_id: string }>(
    "app.due_access_directories($1)",
    [BATCH],
    async ({ tenant_id: tenantId }) => {
      const scopes = ["runtime.reviews.observe"] as const;
      const caller = workerCaller({ tenantId, name: "access-reviews", scopes });
      const begun = await runVerb(beginDirectory, caller, { owner, leaseSeconds: LEASE_SECONDS });
      if (!begun.fence) return;
      const mine = identity.realms.filter(({ binding }) =>
        binding.kind === "claim" ? true : binding.tenant === tenantId,
      );
      const read = await Promise.all(
        mine.map(async (realm) => readingFor(tenantId, realm, await entriesOf(realm))),
      );
      const isWhole = read.every(({ failure }) => failure === null);
      await runVerb(recordDirectory, caller, {
        fence: begun.fence,
        nextInSeconds: isWhole ? everySeconds : Math.min(RETRY_SECONDS, everySeconds),
        readings: read,
      });
    },
  );
}

async function readRealm(realm: RealmConfig): Promise<Read> {
  const directory = realmDirectory(realm);
  if (!directory) return { failure: "not-configured", entries: [] };
  try {
    return { failure: null, entries: await directory.read() };
  } catch (err) {
    logger.warn({ err, realm: realm.realm }, "the directory of a realm could not be read");
    const failure = err instanceof KeycloakAdminError ? err.failure : "other";
    return { failure, entries: [] };
  }
}

/** Of the Sovereign's realm, whose users say which tenants they are for, only those of this one. */
function readingFor(tenant: string, realm: RealmConfig, read: Read): DirectoryReading {
  const { binding, directory } = realm;
  const people = read.entries.filter(
    ({ attributes }) =>
      binding.kind === "tenant" || (attributes[binding.claim] ?? []).includes(tenant),
  );
  return {
    issuer: realm.issuer,
    realm: realm.realm,
    removesRoles: directory?.removesRoles ?? false,
    administrator:
      directory?.administrator ?? `Administrator of ${realm.displayName}`.slice(0, 200),
    failure: read.failure,
    people: people.map(({ subject, username, kind, isEnabled, roles }) => ({
      subject,
      name: username,
      kind,
      isEnabled,
      roles: [...roles],
    })),
  };
}
