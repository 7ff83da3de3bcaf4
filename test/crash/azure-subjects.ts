import { type AzureFixture, azureFixture } from "#server/worker/rotation/testing/azure-fixture.ts";
import type { RotationFixture } from "#server/worker/rotation/testing/rotation-fixture.ts";
import type { CrashSubject } from "./crash-subject.ts";

const vaults = new WeakMap<RotationFixture, Promise<AzureFixture>>();

/** One Key Vault for all subjects of a fixture; its workers reach it. */
export function azureOf(fixture: RotationFixture): Promise<AzureFixture> {
  const made =
    vaults.get(fixture) ??
    azureFixture(fixture.tenant).then((azure) => {
      Object.assign(fixture.env, azure.env);
      fixture.alsoStop(azure.stop);
      return azure;
    });
  vaults.set(fixture, made);
  return made;
}

export async function azureKeySubject(fixture: RotationFixture): Promise<CrashSubject> {
  const azure = await azureOf(fixture);
  const { keys } = azure.keyVault;
  const { bindingId, name } = await azure.newKey();
  const old = (await keys.shape(name))?.version ?? "";
  return {
    bindingId,
    async unusable() {
      const now = await keys.shape(name);
      const state = now ? await keys.probe(name, now.version) : "absent";
      return state === "alive" ? null : `the current version is ${state}`;
    },
    async lost() {
      const faults: string[] = [];
      if ((await keys.shape(name))?.version === old) faults.push("there is no new version");
      if ((await keys.probe(name, old)) !== "dead") faults.push("the old version can be used");
      return faults;
    },
    async doubled() {
      const { length } = await keys.versions(name);
      return length === 2 ? [] : [`the key has ${length} versions`];
    },
  };
}

export async function azureSecretSubject(fixture: RotationFixture): Promise<CrashSubject> {
  const azure = await azureOf(fixture);
  const { secrets } = azure.keyVault;
  const { bindingId, name } = await azure.newSecret();
  const old = (await secrets.read(name))?.version ?? "";
  return {
    bindingId,
    unusable: async () => ((await secrets.read(name)) ? null : "there is no current value"),
    async lost() {
      const faults: string[] = [];
      if ((await secrets.read(name))?.version === old) faults.push("there is no new value");
      if ((await secrets.probe(name, old)) !== "dead") faults.push("the old value can be read");
      return faults;
    },
    async doubled() {
      const { length } = await secrets.versions(name);
      return length === 2 ? [] : [`the secret has ${length} versions`];
    },
  };
}
