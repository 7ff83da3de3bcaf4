import type { RotationFixture } from "#server/worker/rotation/testing/rotation-fixture.ts";

/** One new version, the old one destroyed, nothing left beside. */
export async function extraVersions({ client }: RotationFixture, path: string): Promise<string[]> {
  const versions = (await client.kv.metadata(path))?.versions ?? [];
  const found = versions.map((each) => `${each.version}${each.isDestroyed ? " destroyed" : ""}`);
  const faults = found.join() === "1 destroyed,2" ? [] : [`versions: ${found.join(", ")}`];
  if (await client.kv.metadata(`${path}.staged`)) faults.push("a staged value was left behind");
  return faults;
}
