import "server-only";
import { basename } from "node:path";
import { namespaceOwners } from "#server/engines/kubernetes/namespace-owners.ts";
import { secretConsumers } from "#server/engines/kubernetes/secret-consumers.ts";
import type { ClusterLook, LookFacts } from "#server/features/rotation/consumers/schema.ts";
import { type KubernetesSnapshot, readSnapshot } from "#server/integrations/kubernetes/snapshot.ts";
import { SnapshotError } from "#server/integrations/kubernetes/snapshot-error.ts";

/** Several credentials are looked at in a row: one reading serves them all. */
const KEPT_MILLIS = 2_000;
const kept = new Map<string, { at: Date; snapshot: Promise<KubernetesSnapshot> }>();

/**
 * Who uses a credential in the cluster that a folder describes, in the tenant's own namespaces only.
 * Null where no folder is configured.
 */
export async function clusterLook(
  folder: string | undefined,
  tenant: string,
  facts: Pick<LookFacts, "store" | "path" | "promotedAt" | "refreshedSince">,
): Promise<ClusterLook | null> {
  if (!folder) return null;
  try {
    const { objects, problems, takenAt } = await snapshotOf(folder, facts.promotedAt);
    const manifests = objects.map(({ manifest }) => manifest);
    const owners = namespaceOwners(manifests);
    const own = manifests.filter(
      ({ metadata }) => owners.get(metadata.namespace ?? "default")?.tenant === tenant,
    );
    const refreshedSince = new Map(facts.refreshedSince.map(({ name, at }) => [name, at]));
    const asked = { ...facts, takenAt, refreshedSince };
    return {
      state: "read",
      cluster: basename(folder).slice(0, 120),
      isComplete: problems.length === 0,
      consumers: secretConsumers(own, asked).slice(0, 1_000),
    };
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    return { state: "away", reason: `cluster-${error.failure}` };
  }
}

/** A reading begun before the promotion could miss who came since: it never serves. */
function snapshotOf(folder: string, promotedAt: Date | null): Promise<KubernetesSnapshot> {
  const now = new Date();
  const found = kept.get(folder);
  const oldest = Math.max(now.getTime() - KEPT_MILLIS, promotedAt?.getTime() ?? 0);
  if (found && found.at.getTime() > oldest && found.at <= now) return found.snapshot;
  const snapshot = readSnapshot(folder);
  kept.set(folder, { at: now, snapshot });
  return snapshot;
}
