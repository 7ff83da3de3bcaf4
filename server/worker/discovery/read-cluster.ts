import type { ReadReferences } from "#server/engines/external-secrets/references.ts";
import { externalSecretReferences } from "#server/engines/external-secrets/references.ts";
import {
  type NamespaceOwner,
  namespaceOwners,
} from "#server/engines/kubernetes/namespace-owners.ts";
import { readSnapshot } from "#server/integrations/kubernetes/snapshot.ts";
import {
  type Environment,
  type Failure,
  failureOf,
  NOTHING,
  namedBy,
  type Reading,
  UNKNOWN_ENVIRONMENT,
} from "./reading.ts";

const KV_MOUNT = "secret";

/** What a cluster's manifests say of secrets, for every tenant at once. */
export interface ClusterReading {
  place: string;
  takenAt: Date | null;
  digest: string | null;
  failure: Failure | null;
  owners: ReadonlyMap<string, NamespaceOwner>;
  read: ReadReferences;
}

/** Reads the configured folder of manifests; null when there is none. */
export async function readCluster(folder: string | undefined): Promise<ClusterReading | null> {
  if (!folder) return null;
  const place = folder.split("/").filter(Boolean).at(-1) ?? folder;
  const nothing = { owners: new Map(), read: { references: [], unresolved: [] } };
  try {
    const { objects, problems, takenAt, digest } = await readSnapshot(folder);
    const manifests = objects.map(({ manifest }) => manifest);
    const [first] = problems;
    return {
      place,
      takenAt,
      digest,
      failure: first
        ? {
            code: "bad-files",
            text: `${problems.length} not read; ${first.file}${first.line ? `, line ${first.line}` : ""}: ${first.message}`.slice(
              0,
              1_000,
            ),
          }
        : takenAt
          ? null
          : { code: "absent", text: "The folder holds no manifests." },
      owners: namespaceOwners(manifests),
      read: externalSecretReferences(manifests, { kvMount: KV_MOUNT }),
    };
  } catch (error) {
    return { place, takenAt: null, digest: null, failure: failureOf(error), ...nothing };
  }
}

/**
 * The tenant's part of it: what stands in its namespaces and leads below its own prefix, or to a Key
 * Vault registered for it. Other names are not its own, and say nothing here.
 */
export function clusterReadingOf(
  cluster: ClusterReading | null,
  tenant: string,
  whole: Reading["whole"],
): Reading {
  if (!cluster) return NOTHING;
  const { place, takenAt, digest, failure, owners, read } = cluster;
  const isOwn = (store: string, path: string) =>
    (store === "openbao" && path.startsWith(`${tenant}/`)) ||
    whole.some((part) => part.store === store && path.startsWith(part.prefix));
  const references = read.references.flatMap((reference) => {
    const owner = owners.get(reference.namespace);
    if (owner?.tenant !== tenant || !isOwn(reference.store, reference.path)) return [];
    const { store, path, object, namespace, detail } = reference;
    const named = namedBy(tenant, path);
    const environment: Environment = named.environment ?? owner.environment ?? UNKNOWN_ENVIRONMENT;
    const at = object.startsWith("Cluster") ? `${object} in ${namespace}` : object;
    return [
      { store, path, name: named.name, environment, class: "manual" as const, place: at, detail },
    ];
  });
  return {
    sources: [
      { source: "external-secret", place, failure, found: references.length, takenAt, digest },
    ],
    whole: [],
    found: [],
    references,
  };
}
