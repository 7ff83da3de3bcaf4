import "server-only";
import { clusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import { crossings } from "#server/engines/isolation/crossing-edges.ts";
import type { Away, JudgedCluster } from "#server/engines/isolation/judge-isolation.ts";
import { runningWorkloads } from "#server/engines/isolation/running-workloads.ts";
import { factsFromManifests } from "#server/engines/reachability/facts-from-manifests.ts";
import { computeReachability } from "#server/engines/reachability/reachability.ts";
import type { SourceState } from "#server/features/isolation/schema.ts";
import type { ClusterSource, UnreadKind } from "#server/integrations/kubernetes/cluster-source.ts";
import { KubernetesError } from "#server/integrations/kubernetes/kubernetes-call.ts";
import { SnapshotError } from "#server/integrations/kubernetes/snapshot-error.ts";

export interface ClusterLook {
  evidence: JudgedCluster | Away;
  source: SourceState;
}

const kept = new WeakMap<ClusterSource, ClusterLook & { digest: string }>();

/**
 * Reads a cluster and computes, once for all tenants, who is where and which edges cross a border. The
 * same contents as last time are not computed again. A cluster that can't be read is away.
 */
export async function readCluster(cluster: ClusterSource): Promise<ClusterLook> {
  const { name } = cluster;
  try {
    const { manifests, problems, unread, takenAt, digest } = await cluster.read();
    const last = kept.get(cluster);
    const seen = JSON.stringify([digest, unread.map(({ kind }) => kind).sort()]);
    if (last?.digest === seen) {
      return { evidence: last.evidence, source: { ...last.source, takenAt } };
    }
    if (manifests.length === 0) return away(name, "it holds no manifests");
    const read = factsFromManifests(runningWorkloads(manifests));
    const isComplete = problems.length + read.problems.length === 0;
    const { region } = cluster;
    const tenancy = clusterTenancy({ name, manifests, isComplete, region, unread });
    const reach = computeReachability(read.facts);
    const look = {
      evidence: { tenancy, reach, ...crossings(reach, tenancy) },
      source: {
        kind: "cluster",
        name,
        digest,
        takenAt,
        reason: null,
        ...(unread.length > 0 ? { unread: unread.slice(0, 200).map(shortened) } : {}),
      } satisfies SourceState,
      digest: seen,
    };
    kept.set(cluster, look);
    return look;
  } catch (error) {
    if (error instanceof SnapshotError || error instanceof KubernetesError) {
      return away(name, error.message);
    }
    // A CIDR that is none: which pods it would let in, nobody can say.
    if (error instanceof RangeError) return away(name, error.message);
    throw error;
  }
}

function shortened({ kind, reason, since }: UnreadKind): UnreadKind {
  return { kind: kind.slice(0, 300), reason: reason.slice(0, 500), since };
}

function away(name: string, reason: string): ClusterLook {
  const short = reason.slice(0, 500);
  return {
    evidence: { name, reason: short },
    source: { kind: "cluster", name, digest: null, takenAt: null, reason: short },
  };
}
