import "server-only";
import { namespaceOwners } from "#server/engines/kubernetes/namespace-owners.ts";
import {
  type FoundConsumer,
  secretConsumers,
} from "#server/engines/kubernetes/secret-consumers.ts";
import type { ClusterLook, LookFacts } from "#server/features/rotation/consumers/schema.ts";
import type {
  ClusterContents,
  ClusterSource,
} from "#server/integrations/kubernetes/cluster-source.ts";
import { KubernetesError } from "#server/integrations/kubernetes/kubernetes-call.ts";
import { SnapshotError } from "#server/integrations/kubernetes/snapshot-error.ts";
import { unreadOf } from "#server/integrations/kubernetes/unread-of.ts";

type Facts = Pick<LookFacts, "store" | "path" | "promotedAt" | "refreshedSince">;

/** What consumers are seen by. */
const READ_KINDS = [
  "Namespace",
  "Pod",
  "external-secrets.io/ExternalSecret",
  ...["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"].map((kind) => `apps/${kind}`),
  "batch/Job",
  "batch/CronJob",
];
/** The worst first. */
const STATES = ["not-yet", "unknown", "moved"] as const satisfies FoundConsumer["state"][];
/** Several credentials are looked at in a row: one reading serves them all. */
const KEPT_MILLIS = 2_000;
const kept = new WeakMap<ClusterSource, { at: Date; contents: Promise<ClusterContents> }>();

/**
 * Who uses a credential in the configured clusters, in the tenant's own namespaces only. While one of them
 * can't be read nobody can say who does: that is `away` as a whole. A consumer that is in several clusters
 * has moved when it has in all. Null where no cluster is configured.
 */
export async function clusterLook(
  clusters: readonly ClusterSource[],
  tenant: string,
  facts: Facts,
): Promise<ClusterLook | null> {
  if (clusters.length === 0) return null;
  try {
    const looks = await Promise.all(clusters.map((each) => lookAt(each, tenant, facts)));
    return {
      state: "read",
      cluster: clusters
        .map(({ name }) => name)
        .join(", ")
        .slice(0, 120),
      isComplete: looks.every(({ isComplete }) => isComplete),
      consumers: worstOf(looks.flatMap(({ consumers }) => consumers)).slice(0, 1_000),
    };
  } catch (error) {
    if (!(error instanceof SnapshotError) && !(error instanceof KubernetesError)) throw error;
    return { state: "away", reason: `cluster-${error.failure.replaceAll("_", "-")}` };
  }
}

async function lookAt(cluster: ClusterSource, tenant: string, facts: Facts) {
  const contents = await contentsOf(cluster, facts.promotedAt);
  const { manifests, problems, takenAt } = contents;
  const owners = namespaceOwners(manifests);
  const own = manifests.filter(
    ({ metadata }) => owners.get(metadata.namespace ?? "default")?.tenant === tenant,
  );
  const refreshedSince = new Map(facts.refreshedSince.map(({ name, at }) => [name, at]));
  return {
    isComplete: problems.length === 0 && unreadOf(contents, READ_KINDS).length === 0,
    consumers: secretConsumers(own, { ...facts, takenAt, refreshedSince }),
  };
}

function worstOf(consumers: readonly FoundConsumer[]): FoundConsumer[] {
  const byName = new Map<string, FoundConsumer>();
  for (const each of consumers) {
    const key = [each.kind, each.namespace, each.name].join(" ");
    const known = byName.get(key);
    const isWorse = !known || STATES.indexOf(each.state) < STATES.indexOf(known.state);
    if (isWorse) byName.set(key, each);
  }
  return [...byName.values()];
}

/** A reading begun before the promotion could miss who came since: it never serves. */
function contentsOf(cluster: ClusterSource, promotedAt: Date | null): Promise<ClusterContents> {
  const now = new Date();
  const found = kept.get(cluster);
  const oldest = Math.max(now.getTime() - KEPT_MILLIS, promotedAt?.getTime() ?? 0);
  if (found && found.at.getTime() > oldest && found.at <= now) return found.contents;
  const contents = cluster.read();
  kept.set(cluster, { at: now, contents });
  return contents;
}
