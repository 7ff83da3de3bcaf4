import "server-only";
import { type ClusterDrift, clusterDrift } from "#server/engines/drift/find-drift.ts";
import { KeptDiffs } from "#server/engines/drift/kept-diffs.ts";
import { clusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import { crossingEdges } from "#server/engines/isolation/crossing-edges.ts";
import { runningWorkloads } from "#server/engines/isolation/running-workloads.ts";
import { ManifestSet } from "#server/engines/kubernetes/manifest-set.ts";
import type { Manifest, ManifestProblem } from "#server/engines/kubernetes/read-manifests.ts";
import { factsFromManifests } from "#server/engines/reachability/facts-from-manifests.ts";
import { computeReachability } from "#server/engines/reachability/reachability.ts";
import type { SourceState } from "#server/features/drift/schema.ts";
import {
  type CommitSignature,
  type DesiredSource,
  DesiredSourceError,
} from "#server/integrations/desired/desired-source.ts";
import type {
  ClusterContents,
  ClusterSource,
} from "#server/integrations/kubernetes/cluster-source.ts";
import { KubernetesError } from "#server/integrations/kubernetes/kubernetes-call.ts";
import { SnapshotError } from "#server/integrations/kubernetes/snapshot-error.ts";
import { readCluster } from "../isolation/read-cluster.ts";
import { digest } from "./seen-finding.ts";

/** What one reading of a cluster, and of what is asked of it, showed for all tenants. */
export interface DriftReading {
  cluster: string;
  sources: SourceState[];
  /** SHA-256 of everything that was read, and of what could not be. */
  inputsDigest: string;
  /** Null while the cluster is away. */
  seen: {
    drift: ClusterDrift;
    unread: ReadonlySet<string>;
    isLiveComplete: boolean;
    isDesiredComplete: boolean;
  } | null;
  /** Whether all that is asked of it was read; null where nothing is asked. */
  isCompared: boolean | null;
}

const kept = new WeakMap<ClusterSource, DriftReading>();
const compared = new WeakMap<ClusterSource, KeptDiffs>();

/** Without these nobody knows whose anything is. */
const NEEDED = new Set(["Namespace"]);

/**
 * Reads a cluster and its desired sources and compares them, once for all tenants. The same contents as
 * last time are not compared again; of others only the objects that changed. What can't be read is told, and tells nothing of drift.
 */
export async function readDriftCluster(
  cluster: ClusterSource,
  desired: readonly DesiredSource[],
  tenants: ReadonlySet<string>,
): Promise<DriftReading> {
  const { wishes, asked } = together(await Promise.all(desired.map(readDesired)));
  const live = await readLive(cluster);
  const sources = [live.source, ...wishes.map(({ source }) => source)];
  const inputsDigest = digest(
    JSON.stringify([
      sources.map(({ name, digest, reason, problems }) => [name, digest, reason, problems]),
      live.contents?.unread.map(({ kind }) => kind).sort() ?? null,
      [...tenants].sort(),
    ]),
  );
  const last = kept.get(cluster);
  if (last?.inputsDigest === inputsDigest) return { ...last, sources };
  const read = wishes.filter(({ manifests }) => manifests !== null);
  const isDesiredComplete =
    wishes.length > 0 &&
    wishes.every(({ manifests, source }) => manifests && source.problems === 0);
  const reading: DriftReading = {
    cluster: cluster.name,
    sources,
    inputsDigest,
    isCompared: wishes.length === 0 ? null : read.length === wishes.length,
    seen: live.contents
      ? {
          drift: await compare(cluster, live.contents, {
            desired: read.length > 0 ? asked : null,
            isDesiredComplete,
            tenants,
          }),
          unread: new Set(live.contents.unread.map(({ kind }) => kind)),
          isLiveComplete: live.contents.problems.length === 0,
          isDesiredComplete,
        }
      : null,
  };
  kept.set(cluster, reading);
  return reading;
}

async function compare(
  cluster: ClusterSource,
  { manifests, problems, unread, digest }: ClusterContents,
  asked: {
    desired: readonly Manifest[] | null;
    isDesiredComplete: boolean;
    tenants: ReadonlySet<string>;
  },
): Promise<ClusterDrift> {
  const isComplete = problems.length === 0;
  const tenancy = clusterTenancy({ name: cluster.name, manifests, isComplete });
  // The isolation loop of this process may have computed the connections of the same contents.
  const look = await readCluster(cluster);
  const edges =
    "edges" in look.evidence && look.source.digest === digest
      ? look.evidence.edges
      : crossingEdges(
          computeReachability(factsFromManifests(runningWorkloads(manifests)).facts),
          tenancy,
        );
  const diffs = compared.get(cluster) ?? new KeptDiffs();
  compared.set(cluster, diffs);
  return clusterDrift({ tenancy, edges, unread, diffs, ...asked });
}

async function readLive(
  cluster: ClusterSource,
): Promise<{ contents: ClusterContents | null; source: SourceState }> {
  const about = {
    kind: "cluster" as const,
    cluster: cluster.name,
    name: cluster.name,
    revision: null,
  };
  const away = (reason: string) => ({
    contents: null,
    source: {
      ...about,
      digest: null,
      takenAt: null,
      reason: reason.slice(0, 500),
      problems: 0,
      firstProblems: [],
    },
  });
  try {
    const contents = await cluster.read();
    const { problems, unread, takenAt, digest } = contents;
    const missing = unread.find(({ kind }) => NEEDED.has(kind));
    if (missing) return away(`${missing.kind} objects can't be read: ${missing.reason}`);
    if (contents.manifests.length === 0) return away("it holds no manifests");
    const told = [
      ...problems.map(problemText),
      ...unread.map(({ kind, reason }) => `${kind}: ${reason}`),
    ];
    return {
      contents,
      source: { ...about, digest, takenAt, reason: null, ...countedProblems(told) },
    };
  } catch (error) {
    const isAway = error instanceof SnapshotError || error instanceof KubernetesError;
    if (!isAway) throw error;
    return away(error.message);
  }
}

interface Wish {
  manifests: readonly Manifest[] | null;
  source: SourceState;
}

async function readDesired(source: DesiredSource): Promise<Wish> {
  const about = {
    kind: "desired" as const,
    cluster: source.cluster,
    name: source.name.slice(0, 300),
  };
  try {
    const { manifests, problems, revision, commit, digest, takenAt } = await source.read();
    return {
      manifests,
      source: {
        ...about,
        digest,
        revision,
        ...(commit ? { signature: told(commit.signature) } : {}),
        takenAt,
        reason: null,
        ...countedProblems(problems.map(problemText)),
      },
    };
  } catch (error) {
    if (!(error instanceof DesiredSourceError)) throw error;
    const reason = error.message.slice(0, 500);
    const rest = { digest: null, revision: null, takenAt: null, problems: 0, firstProblems: [] };
    return { manifests: null, source: { ...about, ...rest, reason } };
  }
}

function told(signature: CommitSignature): NonNullable<SourceState["signature"]> {
  return {
    state: signature.state,
    signer: signature.state === "verified" ? signature.signer.slice(0, 300) : null,
    why: signature.state === "rejected" ? signature.why : null,
  };
}

/**
 * What all sources ask for. Of an object for which two ask differently one is kept, whichever of the two
 * is named first, and the second source has a problem: nothing counts as unmanaged meanwhile.
 */
function together(read: readonly Wish[]): { wishes: Wish[]; asked: Manifest[] } {
  const set = new ManifestSet();
  const wishes = read.map((wish) => {
    const before = set.problems.length;
    set.add(wish.source.name, { manifests: [...(wish.manifests ?? [])], problems: [] });
    const told = set.problems.slice(before).map(problemText);
    if (told.length === 0) return wish;
    const { problems, firstProblems } = wish.source;
    const first = [...firstProblems, ...told.map((text) => text.slice(0, 500))].slice(0, 10);
    const source = { ...wish.source, problems: problems + told.length, firstProblems: first };
    return { ...wish, source };
  });
  return { wishes, asked: set.contents().objects.map(({ manifest }) => manifest) };
}

function problemText({ file, line, message }: ManifestProblem): string {
  return `${file}${line ? `:${line}` : ""}: ${message}`;
}

function countedProblems(texts: readonly string[]) {
  return {
    problems: texts.length,
    firstProblems: texts.slice(0, 10).map((text) => text.slice(0, 500)),
  };
}
