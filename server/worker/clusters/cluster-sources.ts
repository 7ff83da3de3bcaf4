import "server-only";
import type { ClusterSource } from "#server/integrations/kubernetes/cluster-source.ts";
import { LiveSource } from "#server/integrations/kubernetes/live-source.ts";
import { snapshotSource } from "#server/integrations/kubernetes/snapshot-source.ts";
import { accessOf, type ClusterConfig, configuredClusters } from "./clusters-config.ts";

let sources: readonly ClusterSource[] | undefined;

/** The configured clusters, one list a process: what one loop has read the others need not read again. */
export function clusterSources(): readonly ClusterSource[] {
  sources ??= configuredClusters().map(sourceOf);
  return sources;
}

/** Ends watches and connections; the next call of `clusterSources` begins anew. */
export async function closeClusterSources(): Promise<void> {
  const open = sources ?? [];
  sources = undefined;
  await Promise.all(open.map((source) => source.close()));
}

export function sourceOf({ name, region, live }: ClusterConfig): ClusterSource {
  if ("snapshot" in live) return snapshotSource({ name, region, path: live.snapshot });
  return new LiveSource({ name, region, access: accessOf(live), secrets: live.secrets });
}
