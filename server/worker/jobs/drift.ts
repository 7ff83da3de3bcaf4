import "server-only";
import { namespaceOwners } from "#server/engines/kubernetes/namespace-owners.ts";
import type { DesiredSource } from "#server/integrations/desired/desired-source.ts";
import type { ClusterSource } from "#server/integrations/kubernetes/cluster-source.ts";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { clusterSources } from "../clusters/cluster-sources.ts";
import { desiredSources } from "../clusters/desired-sources.ts";
import { type DriftRound, lookAtDrift } from "../drift/look-at-drift.ts";
import { readDriftCluster } from "../drift/read-drift-cluster.ts";
import { eachDue } from "./each-due.ts";

const BATCH = 1_000;
/** Between two rounds that a change brought forward. */
const CALM_MILLIS = 3_000;

export interface DriftSources {
  clusters: readonly ClusterSource[];
  desired: (cluster: string) => readonly DesiredSource[];
  owner: string;
  everySeconds: number;
  /** A source told of a change: nobody's turn need have come. */
  isHastened?: boolean;
}

/**
 * Looks for drift again and again, and sooner when a cluster tells of a change. `repeat` calls until
 * the signal aborts.
 */
export async function driftLoop(
  { owner, everySeconds }: Pick<DriftSources, "owner" | "everySeconds">,
  repeat: (look: () => Promise<number>) => Promise<void>,
): Promise<void> {
  const clusters = clusterSources();
  let isHastened = false;
  let calmUntil = 0;
  const quiet = clusters.flatMap(
    (cluster) =>
      cluster.onChange?.(() => {
        isHastened = true;
      }) ?? [],
  );
  try {
    await repeat(() => {
      // A cluster that changes all the time is not compared all the time.
      const hasten = isHastened && performance.now() >= calmUntil;
      if (hasten) {
        isHastened = false;
        calmUntil = performance.now() + CALM_MILLIS;
      }
      const look = { clusters, desired: desiredSources, owner, everySeconds };
      return lookForDrift({ ...look, isHastened: hasten });
    });
  } finally {
    for (const end of quiet) end();
  }
}

/** Looks for drift of each tenant whose turn it is. Sources are read once a round, and only when one is due. */
export function lookForDrift({
  clusters,
  desired,
  isHastened = false,
  ...rest
}: DriftSources): Promise<number> {
  let read: Promise<DriftRound> | undefined;
  const round = (since: Date) => {
    read ??= readRound(clusters, desired, since);
    return read;
  };
  return eachDue("app.due_drift_looks($1, $2)", [BATCH, isHastened], ({ tenant_id: tenantId }) =>
    lookAtDrift({ ...rest, round, isHastened }, tenantId),
  );
}

async function readRound(
  clusters: DriftSources["clusters"],
  desired: DriftSources["desired"],
  readAt: Date,
): Promise<DriftRound> {
  const owners = await findDueKeys<{ tenant_id: string; is_sovereign: boolean }>(
    "app.due_drift_owners()",
  );
  const tenants = new Set(
    owners.filter((each) => !each.is_sovereign).map(({ tenant_id }) => tenant_id),
  );
  const readings = await Promise.all(
    clusters.map((cluster) => readDriftCluster(cluster, desired(cluster.name), tenants)),
  );
  const names = new Map(owners.map(({ tenant_id }) => [tenant_id, tenant_id]));
  for (const { seen } of readings) {
    const manifests = seen?.drift.comparison.tenancy.evidence.manifests ?? [];
    for (const [namespace, { tenant }] of namespaceOwners(manifests)) {
      if (tenants.has(tenant)) names.set(namespace, tenant);
    }
  }
  return { readings, readAt, names };
}
