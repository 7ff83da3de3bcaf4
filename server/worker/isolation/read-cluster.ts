import "server-only";
import { clusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import { FollowedCluster } from "#server/engines/isolation/followed-cluster.ts";
import type { Away, JudgedCluster } from "#server/engines/isolation/judge-isolation.ts";
import type { SourceState } from "#server/features/isolation/schema.ts";
import type { ClusterSource, UnreadKind } from "#server/integrations/kubernetes/cluster-source.ts";
import { KubernetesError } from "#server/integrations/kubernetes/kubernetes-call.ts";
import { SnapshotError } from "#server/integrations/kubernetes/snapshot-error.ts";
import { logger } from "#server/platform/telemetry/logger.ts";

export interface ClusterLook {
  evidence: JudgedCluster | Away;
  source: SourceState;
}

const kept = new WeakMap<ClusterSource, ClusterLook & { digest: string }>();
const followed = new WeakMap<ClusterSource, FollowedCluster>();

/**
 * Reads a cluster and computes, once for all tenants, who is where and which edges cross a border. The
 * same contents as last time are not computed again; of other contents only what changed is, where that is
 * less (ADR 35). A cluster that can't be read is away.
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
    const { region } = cluster;
    const following = followed.get(cluster) ?? new FollowedCluster();
    followed.set(cluster, following);
    const began = performance.now();
    const { judged, changes } = following.look(manifests, (isUnderstood) => {
      const isComplete = problems.length === 0 && isUnderstood;
      return clusterTenancy({ name, manifests, isComplete, region, unread });
    });
    const millis = Math.round(performance.now() - began);
    logger.info(
      { cluster: name, objects: manifests.length, changes, edges: judged.edges.length, millis },
      changes === null ? "reachability was computed whole" : "reachability followed what changed",
    );
    const look = {
      evidence: judged,
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
