import { writeFileSync } from "node:fs";
import type { DemoClusterFolders } from "./lay-demo-cluster.ts";

const REGIONS: Record<string, string> = { omantel: "muscat", bankdhofar: "salalah" };

/** Writes the file that names the demo's cluster: where it is seen, and where it stands what it should be. */
export function writeDemoClusters(
  file: string,
  {
    sovereign,
    repository,
    kubeconfig,
  }: Pick<DemoClusterFolders, "sovereign" | "repository"> & { kubeconfig: string },
): void {
  const git = {
    repository,
    branch: "main",
    path: `clusters/${sovereign}`,
    name: "platform/clusters",
  };
  const cluster = {
    name: sovereign,
    region: REGIONS[sovereign] ?? null,
    live: { kubeconfig },
    desired: [{ git }],
  };
  writeFileSync(file, `${JSON.stringify({ clusters: [cluster] }, null, 2)}\n`);
}
