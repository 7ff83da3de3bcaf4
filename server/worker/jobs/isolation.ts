import "server-only";
import type { IdentityEvidence } from "#server/engines/isolation/judge-realm.ts";
import { layersOfKind } from "#server/engines/isolation/layers-of-kind.ts";
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
  /** A cluster told of a change: nobody's turn need have come. */
  isHastened?: boolean;
}

/** How long after one look a change brings the next one forward: changes come in swarms. */
const LEAST_MILLIS = 3_000;

/**
 * Looks at isolation again and again, and sooner when a cluster tells of a change in a kind that a layer is
 * judged by. `repeat` calls until the signal aborts.
 */
export async function isolationLoop(
  look: IsolationSources,
  repeat: (look: () => Promise<number>) => Promise<void>,
): Promise<void> {
  let isHastened = false;
  let lookedAt = 0;
  const quiet = look.clusters.flatMap(
    (cluster) =>
      cluster.onChange?.((kinds) => {
        if (!kinds || kinds.some((kind) => layersOfKind(kind).length > 0)) isHastened = true;
      }) ?? [],
  );
  try {
    await repeat(() => {
      const hasten = isHastened && Date.now() - lookedAt >= LEAST_MILLIS;
      if (hasten) {
        isHastened = false;
        lookedAt = Date.now();
      }
      return lookAtIsolation({ ...look, isHastened: hasten });
    });
  } finally {
    for (const end of quiet) end();
  }
}

/** Looks at each tenant whose turn it is. Sources are read once a round, and only when one is due. */
export function lookAtIsolation({
  owner,
  everySeconds,
  isHastened = false,
  ...sources
}: IsolationSources): Promise<number> {
  let read: Promise<Reading> | undefined;
  const reading = () => {
    read ??= readSources(sources);
    return read;
  };
  return eachDue(
    "app.due_isolation_looks($1, $2)",
    [BATCH, isHastened],
    ({ tenant_id: tenantId }) =>
      lookAtTenant({ reading, owner, everySeconds, isHastened }, tenantId),
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
}: Omit<IsolationSources, "owner" | "everySeconds" | "isHastened">): Promise<Reading> {
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
