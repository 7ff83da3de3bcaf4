import "server-only";
import type { DesiredConfig } from "#server/integrations/desired/desired-config.ts";
import type { DesiredSource } from "#server/integrations/desired/desired-source.ts";
import { folderSource } from "#server/integrations/desired/folder-source.ts";
import { configuredClusters } from "./clusters-config.ts";

let made: Map<string, readonly DesiredSource[]> | undefined;

/** Where it stands what a cluster should be; empty when nobody said. One list per process. */
export function desiredSources(cluster: string): readonly DesiredSource[] {
  made ??= new Map(
    configuredClusters().map(({ name, desired }) => [
      name,
      desired.flatMap((each) => sourceOf(name, each)),
    ]),
  );
  return made.get(cluster) ?? [];
}

/** Ends what the sources hold open; the next call of `desiredSources` begins anew. */
export async function closeDesiredSources(): Promise<void> {
  const open = [...(made?.values() ?? [])].flat();
  made = undefined;
  await Promise.all(open.map((source) => source.close()));
}

function sourceOf(cluster: string, config: DesiredConfig): DesiredSource[] {
  return "folder" in config ? [folderSource(cluster, config.folder)] : [];
}
