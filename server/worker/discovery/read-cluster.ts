import type { ReadReferences } from "#server/engines/external-secrets/references.ts";
import { externalSecretReferences } from "#server/engines/external-secrets/references.ts";
import {
  type NamespaceOwner,
  namespaceOwners,
} from "#server/engines/kubernetes/namespace-owners.ts";
import type {
  ClusterContents,
  ClusterSource,
} from "#server/integrations/kubernetes/cluster-source.ts";
import { unreadOf } from "#server/integrations/kubernetes/unread-of.ts";
import {
  type Environment,
  type Failure,
  failureOf,
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

/** What references are read from, and by whom they are a tenant's. */
const READ_KINDS = [
  "Namespace",
  ...["ExternalSecret", "ClusterExternalSecret", "SecretStore", "ClusterSecretStore"].map(
    (kind) => `external-secrets.io/${kind}`,
  ),
];

/** Reads one of the configured clusters, live or from files. One that can't be read whole says why. */
export async function readCluster(cluster: ClusterSource): Promise<ClusterReading> {
  const place = cluster.name;
  const nothing = { owners: new Map(), read: { references: [], unresolved: [] } };
  try {
    const contents = await cluster.read();
    const { manifests, takenAt, digest } = contents;
    return {
      place,
      takenAt,
      digest,
      failure: faultOf(contents),
      owners: namespaceOwners(manifests),
      read: externalSecretReferences(manifests, { kvMount: KV_MOUNT }),
    };
  } catch (error) {
    return { place, takenAt: null, digest: null, failure: failureOf(error), ...nothing };
  }
}

function faultOf(contents: ClusterContents): Failure | null {
  const { problems, takenAt } = contents;
  const [first] = problems;
  if (first) {
    const at = `${first.file}${first.line ? `, line ${first.line}` : ""}`;
    const text = `${problems.length} not read; ${at}: ${first.message}`;
    return { code: "bad-files", text: text.slice(0, 1_000) };
  }
  const unread = unreadOf(contents, READ_KINDS);
  if (unread.length > 0) {
    const text = unread.map(({ kind, reason }) => `${kind}: ${reason}`).join("; ");
    return { code: "kinds-unread", text: text.slice(0, 1_000) };
  }
  return takenAt ? null : { code: "absent", text: "The folder holds no manifests." };
}

/**
 * The tenant's part of it: what stands in its namespaces and leads below its own prefix, or to a Key
 * Vault registered for it. Other names are not its own, and say nothing here. Objects are told with their
 * cluster where it is not the only one.
 */
export function clusterReadingOf(
  cluster: ClusterReading,
  tenant: string,
  { whole, isOnly }: { whole: Reading["whole"]; isOnly: boolean },
): Reading {
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
    const here = object.startsWith("Cluster") ? `${object} in ${namespace}` : object;
    const at = isOnly ? here : `${here} (${place})`;
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
