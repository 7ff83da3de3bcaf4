import type { ClusterContents, UnreadKind } from "./cluster-source.ts";

/**
 * Of the kinds that a question is answered from, those that were not read (ADR 28), as in `UnreadKind`;
 * aggregated APIs that are away count by their group.
 */
export function unreadOf(
  { unread }: Pick<ClusterContents, "unread">,
  kinds: readonly string[],
): UnreadKind[] {
  return unread.filter(({ kind }) =>
    kinds.some(
      (each) => each === kind || (kind.endsWith("/*") && each.startsWith(kind.slice(0, -1))),
    ),
  );
}
