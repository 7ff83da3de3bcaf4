import type { OUTSIDE_CALLS_TAKING_BACK } from "#server/worker/rotation/outside.ts";
import type { RotationFixture } from "#server/worker/rotation/testing/rotation-fixture.ts";
import type { CrashSubject } from "./crash-subject.ts";

type TakenBackKind = keyof typeof OUTSIDE_CALLS_TAKING_BACK;

const LONG_GRACE = 3_600;

/** A fresh credential of each kind, which has to be as it was before in the end. */
export const TAKEN_BACK_SUBJECTS: Record<
  TakenBackKind,
  (fixture: RotationFixture) => Promise<CrashSubject>
> = {
  async "postgres-dual-user"(fixture) {
    const pair = await fixture.newPair(LONG_GRACE);
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
        if (current !== (await version())) return null;
        return result === "accepted" ? null : `the current login is ${result}`;
      },
      async lost() {
        const faults: string[] = [];
        const now = await pair.login();
        if (now.password.reveal() !== before.password.reveal()) faults.push("not the old value");
        if ((await pair.probe(now)).kind !== "accepted") faults.push("the old login does not work");
        return faults;
      },
      doubled: () => versions(fixture, pair.path),
    };
  },
  async "kv-generated"(fixture) {
    const { bindingId, path } = await fixture.newSecret({ graceSeconds: LONG_GRACE });
    const { kv } = fixture.client;
    const valueAt = async (version = 0) => {
      const found = await kv.read(path, version);
      return found.kind === "found" ? found.fields.value?.reveal() : undefined;
    };
    const before = await valueAt();
    return {
      bindingId,
      unusable: async () => ((await valueAt()) ? null : "the main path holds no value"),
      lost: async () => ((await valueAt()) === before ? [] : ["not the old value"]),
      doubled: () => versions(fixture, path),
    };
  },
};

/** The old value, the new one destroyed, the old one once more; nothing beside. */
async function versions({ client }: RotationFixture, path: string): Promise<string[]> {
  const kept = (await client.kv.metadata(path))?.versions ?? [];
  const found = kept.map((each) => `${each.version}${each.isDestroyed ? " destroyed" : ""}`);
  const faults = found.join() === "1,2 destroyed,3" ? [] : [`versions: ${found.join(", ")}`];
  if (await client.kv.metadata(`${path}.staged`)) faults.push("a staged value was left behind");
  return faults;
}
