import type { AutomaticRotator } from "#server/features/rotation/schema.ts";
import type { RotationFixture } from "#server/worker/rotation/testing/rotation-fixture.ts";
import { azureKeySubject, azureSecretSubject } from "./azure-subjects.ts";
import type { CrashSubject } from "./crash-subject.ts";
import { dynamicLoginSubject } from "./dynamic-login-subject.ts";
import { extraVersions } from "./extra-versions.ts";
import { keycloakClientSubject } from "./keycloak-client-subject.ts";
import { pkiIntermediateSubject, pkiRootSubject } from "./pki-subjects.ts";
import { staticRoleSubject } from "./static-role-subject.ts";
import { twoKeySubject } from "./storage-subject.ts";

export type CrashKind = AutomaticRotator["kind"];

/** A fresh credential of each kind. */
export const SUBJECTS: Record<CrashKind, (fixture: RotationFixture) => Promise<CrashSubject>> = {
  "postgres-dual-user": pairOfRoles,
  "kv-generated": generatedValue,
  "openbao-transit": transitKey,
  "openbao-pki-root": pkiRootSubject,
  "openbao-pki-intermediate": pkiIntermediateSubject,
  "two-key-cloud": twoKeySubject,
  "azure-key": azureKeySubject,
  "azure-secret": azureSecretSubject,
  "openbao-static-role": staticRoleSubject,
  "openbao-dynamic": dynamicLoginSubject,
  "keycloak-client-secret": keycloakClientSubject,
};

async function pairOfRoles(fixture: RotationFixture): Promise<CrashSubject> {
  const pair = await fixture.newPair(0);
  const before = await pair.login();
  const version = async () => (await fixture.client.kv.metadata(pair.path))?.currentVersion;
  return {
    bindingId: pair.bindingId,
    async unusable() {
      const current = await version();
      const result = await pair.login(current).then(
        async (login) => (await pair.probe(login)).kind,
        (error: Error) => error.message,
      );
      // A version that was replaced while we tried it may be refused; the current one never.
      if (current !== (await version())) return null;
      return result === "accepted" ? null : `the current login is ${result}`;
    },
    async lost() {
      const faults: string[] = [];
      const now = await pair.login();
      if (now.username !== pair.roles[1]) faults.push(`the main path names ${now.username}`);
      if ((await pair.probe(now)).kind !== "accepted") faults.push("the new login does not work");
      if ((await pair.probe(before)).kind !== "refused") faults.push("the old login is not dead");
      return faults;
    },
    doubled: () => extraVersions(fixture, pair.path),
  };
}

async function generatedValue(fixture: RotationFixture): Promise<CrashSubject> {
  const { bindingId, path } = await fixture.newSecret();
  const { kv } = fixture.client;
  const valueAt = async (version = 0) => {
    const found = await kv.read(path, version);
    return found.kind === "found" ? found.fields.value?.reveal() : undefined;
  };
  const before = await valueAt();
  return {
    bindingId,
    unusable: async () => ((await valueAt()) ? null : "the main path holds no value"),
    async lost() {
      const faults: string[] = [];
      const now = await valueAt();
      if (!now || now === before) faults.push("there is no new value");
      if ((await kv.read(path, 1)).kind !== "destroyed") faults.push("the old value can be read");
      return faults;
    },
    doubled: () => extraVersions(fixture, path),
  };
}

async function transitKey(fixture: RotationFixture): Promise<CrashSubject> {
  const { bindingId, key } = await fixture.newKey();
  const transit = fixture.client.transit();
  const before = await transit.sign(key, "before");
  return {
    bindingId,
    async unusable() {
      const signature = await transit.sign(key, "now");
      return (await transit.verify(key, "now", signature)) ? null : "the key does not verify";
    },
    async lost() {
      const verdict = await transit.verify(key, "before", before).then(
        () => "alive",
        (error: { failure?: string }) => error.failure,
      );
      return verdict === "invalid" ? [] : [`the old version is ${verdict}`];
    },
    async doubled() {
      const found = await transit.read(key);
      return found?.latestVersion === 2 ? [] : [`the key is at version ${found?.latestVersion}`];
    },
  };
}
