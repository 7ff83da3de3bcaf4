import { basename } from "node:path";
import { readSnapshot } from "#server/integrations/kubernetes/snapshot.ts";
import { SnapshotError } from "#server/integrations/kubernetes/snapshot-error.ts";
import { type DesiredContents, type DesiredSource, DesiredSourceError } from "./desired-source.ts";

/** A folder (or file) of manifests, as somebody laid it there. */
export function folderSource(cluster: string, path: string): DesiredSource {
  return {
    kind: "folder",
    name: basename(path) || path,
    cluster,
    read: () => readFolder(path),
    close: async () => {},
  };
}

async function readFolder(path: string): Promise<DesiredContents> {
  try {
    const { objects, problems, digest, takenAt } = await readSnapshot(path);
    const manifests = objects.map(({ manifest }) => manifest);
    return { manifests, problems, revision: null, commit: null, notes: [], digest, takenAt };
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    const failure = error.failure === "absent" ? "no-such-path" : error.failure;
    throw new DesiredSourceError(failure, `the folder of what is desired: ${error.failure}`);
  }
}
