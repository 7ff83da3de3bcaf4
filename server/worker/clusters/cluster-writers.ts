import "server-only";
import { ServerSideApply } from "#server/integrations/kubernetes/server-side-apply.ts";
import { accessOf, configuredClusters } from "./clusters-config.ts";

const open = new Map<string, ServerSideApply>();

/** The way to change single objects of a cluster; null for one that is read from files, or that nobody names. */
export function clusterWriter(name: string): ServerSideApply | null {
  const known = open.get(name);
  if (known) return known;
  const config = configuredClusters().find((each) => each.name === name);
  if (!config || "snapshot" in config.live) return null;
  const writer = new ServerSideApply(accessOf(config.live));
  open.set(name, writer);
  return writer;
}

export async function closeClusterWriters(): Promise<void> {
  const writers = [...open.values()];
  open.clear();
  await Promise.all(writers.map((each) => each.close()));
}
