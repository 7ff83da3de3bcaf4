import type { Manifest, ManifestProblem } from "#server/engines/kubernetes/read-manifests.ts";

/** A kind of object that the source may not or could not read: nothing is known of its objects. */
export interface UnreadKind {
  /** `Kind` of the core group, else `group/Kind`, like `networking.k8s.io/NetworkPolicy`. */
  kind: string;
  reason: string;
  since: Date;
}

/** What a cluster is, at one moment. */
export interface ClusterContents {
  /** Without the values of `Secret` objects (law 6). */
  manifests: readonly Manifest[];
  /** What could not be read. While there is one, an object that isn't there may still exist. */
  problems: readonly ManifestProblem[];
  unread: readonly UnreadKind[];
  /** When it was so; null where nothing tells. */
  takenAt: Date | null;
  /** In hex: the same contents give the same digest. */
  digest: string;
}

/** Where one cluster is read: its API, or a snapshot of it in files. */
export interface ClusterSource {
  readonly name: string;
  readonly region: string | null;
  /** Whether there is an API to which a change could be applied. */
  readonly canApply: boolean;
  /** Throws SnapshotError or KubernetesError while the cluster is away. */
  read(): Promise<ClusterContents>;
  /**
   * Calls the listener soon after something changed, with the kinds that did (as in `UnreadKind`); gives
   * what ends that. Absent: nothing tells.
   */
  onChange?(listener: (kinds?: readonly string[]) => void): () => void;
  close(): Promise<void>;
}
