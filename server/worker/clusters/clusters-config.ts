import "server-only";
import { readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { DesiredConfig, desiredFrom } from "#server/integrations/desired/desired-config.ts";
import type { ClusterAccess } from "#server/integrations/kubernetes/kubernetes-call.ts";
import { SECRET_READING } from "#server/integrations/kubernetes/live-source.ts";
import { env } from "#server/platform/env/env.ts";

const path = z.string().min(1).max(1_000);

/** What is read of Secrets; see `SECRET_READING`. */
const Secrets = z.enum(SECRET_READING).default("keys");

/** Where it is seen what a cluster is. */
const LiveConfig = z.union(
  [
    z.strictObject({ snapshot: path }),
    z.strictObject({
      kubeconfig: path,
      context: z.string().min(1).max(250).optional(),
      secrets: Secrets,
    }),
    z.strictObject({ inCluster: z.literal(true), secrets: Secrets }),
  ],
  { error: "must be { snapshot: <path> }, { kubeconfig: <file> } or { inCluster: true }" },
);

const ClusterConfig = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9.-]{0,98}[a-z0-9])?$/,
      "must be a lower-case name, up to 100 characters, as it is shown on screen",
    ),
  /** Where it stands, as Placement names it. */
  region: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]{0,98}[a-z0-9])?$/, "must be a lower-case name, like muscat")
    .nullable()
    .default(null),
  live: LiveConfig,
  desired: z.array(DesiredConfig).max(50).default([]),
});
export type ClusterConfig = z.infer<typeof ClusterConfig>;

const ClustersFile = z.strictObject({
  clusters: z
    .array(ClusterConfig)
    .min(1, "must name at least one cluster; without clusters leave CLUSTERS_FILE out")
    .max(100)
    .superRefine((clusters, context) => {
      const seen = new Set<string>();
      for (const [index, { name }] of clusters.entries()) {
        if (seen.has(name)) {
          const message = `"${name}" is the name of another cluster in this file, choose one of its own`;
          context.addIssue({ code: "custom", path: [index, "name"], message });
        }
        seen.add(name);
      }
    }),
});

/**
 * The configured clusters: `CLUSTERS_FILE` (YAML or JSON; relative paths are from its folder on), or
 * the one that `KUBERNETES_SNAPSHOT_DIR` describes, or none. Throws one error that names each field at fault.
 */
export function configuredClusters(
  given: { CLUSTERS_FILE?: string; KUBERNETES_SNAPSHOT_DIR?: string } = env(),
): readonly ClusterConfig[] {
  const { CLUSTERS_FILE: file, KUBERNETES_SNAPSHOT_DIR: folder } = given;
  if (file) return readClustersFile(file);
  if (!folder) return [];
  const name = basename(folder).slice(0, 100);
  return [{ name, region: null, live: { snapshot: folder }, desired: [] }];
}

/** Reads and checks one clusters file. */
export function readClustersFile(file: string): readonly ClusterConfig[] {
  const parsed = ClustersFile.safeParse(parseYaml(file));
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      ({ path, message }) => `${path.map(String).join(".") || "the file"}: ${message}`,
    );
    throw new Error(
      `CLUSTERS_FILE ${file} is not valid:\n  ${faults.join("\n  ")}\nSee docs/clusters.md.`,
    );
  }
  const from = dirname(file);
  return parsed.data.clusters.map((each) => ({
    ...each,
    live: liveFrom(from, each.live),
    desired: each.desired.map((one) => desiredFrom(from, one)),
  }));
}

function parseYaml(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new Error(`CLUSTERS_FILE ${file} can't be read (${code}). See docs/clusters.md.`);
  }
  const document = parseDocument(text, { uniqueKeys: true, logLevel: "silent" });
  const [error] = document.errors;
  if (error) {
    const line = error.linePos?.[0].line ?? 1;
    throw new Error(`CLUSTERS_FILE ${file}, line ${line}: ${error.message.split("\n")[0]}`);
  }
  return document.toJS({ maxAliasCount: 100 });
}

function liveFrom(folder: string, live: ClusterConfig["live"]): ClusterConfig["live"] {
  if ("snapshot" in live) return { snapshot: resolve(folder, live.snapshot) };
  if ("kubeconfig" in live) return { ...live, kubeconfig: resolve(folder, live.kubeconfig) };
  return live;
}

type Live = Exclude<ClusterConfig["live"], { snapshot: string }>;

/** Who we are to a cluster that is read live; whoever applies to it is the same. */
export function accessOf(live: Live): ClusterAccess {
  if ("inCluster" in live) return { kind: "in-cluster" };
  const { kubeconfig: file, context } = live;
  return { kind: "kubeconfig", file, ...(context === undefined ? {} : { context }) };
}
