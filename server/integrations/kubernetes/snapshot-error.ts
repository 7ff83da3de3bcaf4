/** Why a snapshot of a cluster could not be read at all. Single bad files are problems of the snapshot. */
export class SnapshotError extends Error {
  readonly failure: "absent" | "unreadable" | "too-large";

  constructor(failure: SnapshotError["failure"], what: string) {
    super(`${what}: ${failure}`);
    this.name = "SnapshotError";
    this.failure = failure;
  }
}
