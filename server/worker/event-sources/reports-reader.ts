import "server-only";
import { createHash } from "node:crypto";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { MappedEvent } from "#server/engines/ingest/mapped.ts";
import { isReport, mapReports } from "#server/engines/ingest/reports.ts";
import type { ClusterSource } from "#server/integrations/kubernetes/cluster-source.ts";
import type { EventReader } from "./reading.ts";
import type { SourceOf } from "./sources-config.ts";

const MOST_EVENTS = 500;

/**
 * Reads the reports that Kyverno and the Trivy operator keep in a cluster. What was told is remembered by
 * its id as long as it stands, so that a look that finds nothing new costs nothing.
 */
export function reportsReader(
  source: SourceOf<"reports">,
  clusters: readonly ClusterSource[],
): EventReader {
  const cluster = clusters.find(({ name }) => name === source.cluster);
  if (!cluster) {
    const known = clusters.map(({ name }) => name).join(", ") || "none";
    throw new Error(
      `INGEST_FILE: the source ${source.name} names the cluster ${source.cluster}, and CLUSTERS_FILE has ${known}`,
    );
  }
  let told = new Set<string>();
  let digest: string | null = null;
  return {
    close: async () => undefined,
    async read() {
      const contents = await cluster.read();
      if (contents.digest === digest) return { events: [], isFull: false };
      const found = contents.manifests
        .map((manifest) => manifest as JsonValue)
        .filter(isReport)
        .flatMap((report) => mapReports(report, source.cluster));
      const named = found.map((event) => [keyOf(event), event] as const);
      const fresh = named.filter(([key]) => !told.has(key)).slice(0, MOST_EVENTS);
      const isFull = fresh.length === MOST_EVENTS;
      return {
        events: fresh.map(([, event]) => event),
        isFull,
        async kept() {
          const standing = new Set(named.map(([key]) => key));
          const before = [...told].filter((key) => standing.has(key));
          told = new Set([...before, ...fresh.map(([key]) => key)]);
          if (!isFull) digest = contents.digest;
        },
      };
    },
  };
}

function keyOf({ original }: MappedEvent): string {
  return createHash("sha256").update(JSON.stringify(original)).digest("hex");
}
