import type { RotationFixture } from "#server/worker/rotation/testing/rotation-fixture.ts";
import {
  type StorageFixture,
  storageFixture,
} from "#server/worker/rotation/testing/storage-fixture.ts";
import type { CrashSubject } from "./crash-subject.ts";

const stores = new WeakMap<RotationFixture, Promise<StorageFixture>>();

function storageOf(fixture: RotationFixture): Promise<StorageFixture> {
  const made =
    stores.get(fixture) ??
    storageFixture(fixture).then((storage) => {
      Object.assign(fixture.env, storage.env);
      fixture.alsoStop(storage.stop);
      return storage;
    });
  stores.set(fixture, made);
  return made;
}

export async function twoKeySubject(fixture: RotationFixture): Promise<CrashSubject> {
  const account = await (await storageOf(fixture)).newAccount();
  const { kv } = fixture.client;
  const current = async () => {
    const found = await kv.read(account.path);
    return found.kind === "found" ? found.fields.key : undefined;
  };
  const before = await current();
  return {
    bindingId: account.bindingId,
    async unusable() {
      const version = (await kv.metadata(account.path))?.currentVersion;
      const key = await current();
      const state = key ? await account.client.tryOut(key) : "absent";
      // The value that was current when we read it may have ended since.
      if (version !== (await kv.metadata(account.path))?.currentVersion) return null;
      return state === "accepted" ? null : `the current key is ${state}`;
    },
    async lost() {
      const faults: string[] = [];
      const now = await current();
      if (!now || now.reveal() === before?.reveal()) faults.push("there is no new value");
      if (before && (await account.client.tryOut(before)) !== "refused") {
        faults.push("the old key is taken");
      }
      return faults;
    },
    async doubled() {
      const { key1 = 0, key2 = 0 } = account.renewals();
      const faults = key1 === 1 && key2 === 1 ? [] : [`keys made anew: ${key1} and ${key2} times`];
      const versions = (await kv.metadata(account.path))?.versions ?? [];
      if (versions.length !== 2) faults.push(`${versions.length} versions`);
      return faults;
    },
  };
}
