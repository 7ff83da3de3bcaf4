import { type DiffResult, diffObjects } from "#server/engines/differ/diff.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { asJson } from "./drift-objects.ts";

interface Kept {
  want: Manifest;
  diff: DiffResult;
}

/**
 * Comparisons of one cluster's objects, from reading to reading: a source gives the same object for what
 * is as it was, so that only what changed, or is asked for otherwise, is compared. An object that is gone
 * takes its comparison with it.
 */
export class KeptDiffs {
  readonly #kept = new WeakMap<Manifest, Kept>();
  /** How many objects were compared since it was made. */
  compared = 0;

  of(want: Manifest, have: Manifest): DiffResult {
    const last = this.#kept.get(have);
    if (last && isSame(last.want, want)) return last.diff;
    this.compared += 1;
    const diff = diffObjects({ desired: asJson(want), live: asJson(have) });
    this.#kept.set(have, { want, diff });
    return diff;
  }
}

/** A new revision of a source brings new objects that mostly say the same. */
function isSame(one: Manifest, other: Manifest): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
