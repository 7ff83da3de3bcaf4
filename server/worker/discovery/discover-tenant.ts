import "server-only";
import { beginDiscovery } from "#server/features/discovery/verbs/begin-discovery.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import type { WorkerStores } from "../stores/worker-stores.ts";
import { type ClusterReading, clusterReadingOf } from "./read-cluster.ts";
import { readKeyVaults } from "./read-key-vaults.ts";
import { readKv } from "./read-kv.ts";
import { readStaticRoles } from "./read-static-roles.ts";
import { together } from "./reading.ts";
import { recordReading } from "./record-reading.ts";

export interface DiscoveryDependencies {
  vault: Pick<OpenBaoClient, "kv" | "database">;
  stores: Pick<WorkerStores, "keyVaults">;
  /** What each cluster's objects say; read once for many tenants. */
  clusters: () => Promise<readonly ClusterReading[]>;
  owner: string;
  everySeconds: number;
}

const LEASE_SECONDS = 600;

/**
 * Looks for one tenant's secrets: takes the turn, reads every source outside of any transaction,
 * records (law 2). Null when it isn't this worker's turn. Nothing ever reads a value.
 */
export async function discoverTenant(
  { vault, stores, clusters, owner, everySeconds }: DiscoveryDependencies,
  tenantId: string,
) {
  const scopes = ["runtime.secrets.discover"] as const;
  const caller = workerCaller({ tenantId, name: "discovery", scopes });
  const { begun } = await runVerb(beginDiscovery, caller, { owner, leaseSeconds: LEASE_SECONDS });
  if (!begun) return null;
  const stored = together(
    await Promise.all([
      readKv(vault.kv, tenantId),
      readStaticRoles(vault, begun.targets),
      readKeyVaults(stores, begun.targets),
    ]),
  );
  const read = await clusters();
  const part = { whole: stored.whole, isOnly: read.length === 1 };
  const referred = read.map((each) => clusterReadingOf(each, tenantId, part));
  const { fence } = begun;
  const turn = { fence, leaseSeconds: LEASE_SECONDS, nextInSeconds: everySeconds };
  return recordReading(caller, turn, together([stored, ...referred]));
}
