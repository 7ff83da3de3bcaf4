import "server-only";
import type { ClusterSource } from "#server/integrations/kubernetes/cluster-source.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { lookAtTenant, type Reading } from "../isolation/look-at-tenant.ts";
import { readOwnCatalog } from "../isolation/read-catalog.ts";
import { readCluster } from "../isolation/read-cluster.ts";
import { readVaultAccess } from "../isolation/read-vault-access.ts";
import { eachDue } from "./each-due.ts";

const BATCH = 200;

export interface IsolationSources {
  vault: Pick<OpenBaoClient, "access">;
  clusters: readonly ClusterSource[];
  /** Vault logins of the platform itself, as `auth/<mount>/<role>`. */
  platformReaders: readonly string[];
  owner: string;
  everySeconds: number;
}

/** Looks at each tenant whose turn it is. Sources are read once a round, and only when one is due. */
export function lookAtIsolation({
  owner,
  everySeconds,
  ...sources
}: IsolationSources): Promise<number> {
  let read: Promise<Reading> | undefined;
  const reading = () => {
    read ??= readSources(sources);
    return read;
  };
  return eachDue("app.due_isolation_looks($1)", [BATCH], ({ tenant_id: tenantId }) =>
    lookAtTenant({ reading, owner, everySeconds }, tenantId),
  );
}

async function readSources({
  vault,
  clusters: sources,
  platformReaders,
}: Pick<IsolationSources, "vault" | "clusters" | "platformReaders">): Promise<Reading> {
  const clusters = await Promise.all(sources.map(readCluster));
  const access = await readVaultAccess(vault, platformReaders);
  const catalog = await readOwnCatalog();
  return {
    evidence: {
      clusters: clusters.map(({ evidence }) => evidence),
      vault: access.evidence,
      catalog: catalog.evidence,
    },
    sources: [...clusters.map(({ source }) => source), access.source, catalog.source],
  };
}
