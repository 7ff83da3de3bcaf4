import type { FindingView, GroupView } from "#server/features/drift/views.ts";

/** One line of the table: a cause, one of its objects, or the way to more of them. */
export type DriftLine =
  | { kind: "group"; id: string; group: GroupView; isOpen: boolean }
  | { kind: "finding"; id: string; finding: FindingView }
  | { kind: "more"; id: string; isLoading: boolean };

interface OpenGroup {
  groupId: string | null;
  items: readonly FindingView[];
  hasMore: boolean;
  isLoading: boolean;
}

/** The causes as lines, the objects of the open one below it. A cause with one object opens as it. */
export function driftLines(groups: readonly GroupView[], open: OpenGroup): DriftLine[] {
  return groups.flatMap((group): DriftLine[] => {
    const isOpen = group.count > 1 && group.groupId === open.groupId;
    const line: DriftLine = { kind: "group", id: group.groupId, group, isOpen };
    if (!isOpen) return [line];
    const findings = open.items.map(
      (finding): DriftLine => ({ kind: "finding", id: finding.findingId, finding }),
    );
    const isMore = open.hasMore || (open.isLoading && findings.length === 0);
    const more: DriftLine = {
      kind: "more",
      id: `${group.groupId}.more`,
      isLoading: open.isLoading,
    };
    return [line, ...findings, ...(isMore ? [more] : [])];
  });
}
