import "server-only";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { DesiredSettings } from "#server/integrations/desired/desired-config.ts";
import type { DesiredSource } from "#server/integrations/desired/desired-source.ts";
import { folderSource } from "#server/integrations/desired/folder-source.ts";

const Clusters = z.object({
  clusters: z.array(z.object({ name: z.string(), desired: z.array(DesiredSettings).default([]) })),
});

let made: Map<string, readonly DesiredSource[]> | undefined;

/** Where it stands what a cluster should be; empty when nobody said. One list per process. */
export function desiredSources(cluster: string): readonly DesiredSource[] {
  made ??= new Map(
    configured().map(({ name, desired }) => [
      name,
      desired.flatMap((each) => sourceOf(name, each)),
    ]),
  );
  return made.get(cluster) ?? [];
}

function sourceOf(cluster: string, settings: DesiredSettings): DesiredSource[] {
  return "folder" in settings ? [folderSource(cluster, settings.folder)] : [];
}

function configured(): z.output<typeof Clusters>["clusters"] {
  const file = process.env.CLUSTERS_FILE;
  return file ? Clusters.parse(parse(readFileSync(file, "utf8"))).clusters : [];
}
