import type { ClusterComparison } from "./compare-cluster.ts";
import { type DriftObject, type DriftRule, objectKey } from "./finding.ts";

/** What a reading could see. */
export interface Sight {
  comparison: ClusterComparison;
  /** Kinds that can't be read, as `UnreadKind` names them. */
  unread: ReadonlySet<string>;
  isLiveComplete: boolean;
  isDesiredComplete: boolean;
}

/** Rules that need what is desired. */
const WITHOUT_DESIRED: ReadonlySet<DriftRule> = new Set(["unexpected-image", "isolation-violated"]);

/**
 * Whether a finding that a reading does not show is really gone: only when everything that it would have
 * been seen by could be read. A source that is away resolves nothing (law 7).
 */
export function canTell(finding: { rule: DriftRule; object: DriftObject }, sight: Sight): boolean {
  const { comparison, unread, isLiveComplete, isDesiredComplete } = sight;
  const { rule, object } = finding;
  const key = objectKey(object);
  const group = object.apiVersion.includes("/") ? `${object.apiVersion.split("/")[0]}/` : "";
  if (unread.has(`${group}${object.kind}`)) return false;
  if (rule === "unexpected-image") return isLiveComplete && !unread.has("Pod");
  if (rule === "cross-tenant-route" && (unread.has("Pod") || !isLiveComplete)) return false;
  if (!isLiveComplete && !comparison.live.has(key)) return false;
  if (WITHOUT_DESIRED.has(rule) || isDesiredComplete || comparison.wanted.has(key)) return true;
  // What nobody declared is gone when it is gone.
  return rule === "unmanaged" && !comparison.live.has(key);
}
