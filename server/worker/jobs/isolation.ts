import "server-only";
import type { IdentityEvidence } from "#server/engines/isolation/judge-realm.ts";
import type { ClusterSource } from "#server/integrations/kubernetes/cluster-source.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { answerWhatIf } from "../isolation/answer-what-if.ts";
import { lookAtTenant, type Reading } from "../isolation/look-at-tenant.ts";
import { readOwnCatalog } from "../isolation/read-catalog.ts";
import { type ClusterLook, readCluster } from "../isolation/read-cluster.ts";
import { identitySource } from "../isolation/read-identity.ts";
import { readVaultAccess } from "../isolation/read-vault-access.ts";
import { type DueKey, eachDue } from "./each-due.ts";

const BATCH = 200;

export interface IsolationSources {
  vault: Pick<OpenBaoClient, "access">;
  clusters: readonly ClusterSource[];
  /** Vault logins of the platform itself, as `auth/<mount>/<role>`. */
  platformReaders: readonly string[];
  /** Where the vault stands, as Placement names it; null where nobody says. */
  vaultRegion?: string | null;
  /** The realms that the console believes; left out where nothing tells of them. */
  identity?: (() => IdentityEvidence) | null;
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

/** Answers what people asked of changed policies, and erases what is over. The clusters are read once. */
export function answerWhatIfs({
  clusters,
  owner,
}: Pick<IsolationSources, "clusters" | "owner">): Promise<number> {
  let read: Promise<ClusterLook[]> | undefined;
  const reading = () => {
    read ??= Promise.all(clusters.map(readCluster));
    return read;
  };
  return eachDue<DueKey>("app.due_isolation_what_ifs($1)", [BATCH], (due) =>
    answerWhatIf({ reading, owner }, due),
  );
}

async function readSources({
  vault,
  clusters: sources,
  platformReaders,
  vaultRegion = null,
  identity: realms = null,
}: Omit<IsolationSources, "owner" | "everySeconds">): Promise<Reading> {
  const clusters = await Promise.all(sources.map(readCluster));
  const access = await readVaultAccess(vault, platformReaders, vaultRegion);
  const catalog = await readOwnCatalog();
  // A realm may have been added while the worker runs.
  const identity = realms?.() ?? null;
  return {
    evidence: {
      clusters: clusters.map(({ evidence }) => evidence),
      vault: access.evidence,
      catalog: catalog.evidence,
      identity,
    },
    sources: [
      ...clusters.map(({ source }) => source),
      access.source,
      catalog.source,
      ...(identity ? [identitySource(identity)] : []),
    ],
  };
}
