import { basename } from "node:path";
import type { ClusterSource } from "./cluster-source.ts";
import { readSnapshot } from "./snapshot.ts";

/** A cluster as a folder or file of manifests tells of it. */
export function snapshotSource({
  path,
  name = basename(path).slice(0, 200),
  region = null,
}: {
  path: string;
  name?: string;
  region?: string | null;
}): ClusterSource {
  return {
    name,
    region,
    canApply: false,
    async read() {
      const { objects, problems, takenAt, digest } = await readSnapshot(path);
      return {
        manifests: objects.map(({ manifest }) => manifest),
        problems,
        unread: [],
        takenAt,
        digest,
      };
    },
    close: async () => undefined,
  };
}
