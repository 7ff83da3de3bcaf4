/** What a forge says of a pull request and its reviews. */
export interface ForgeChange {
  readonly isMerged: boolean;
  readonly commit: string | null;
  readonly author: string;
  readonly reviews: readonly ForgeReview[];
}

/** Oldest first. */
export interface ForgeReview {
  readonly by: string;
  readonly decision: "approved" | "changes-requested";
  /** Given by somebody whose approval the branch's protection counts. */
  readonly isOfficial: boolean;
  /** Dismissed, or given for an older commit than the one that was merged. */
  readonly isVoid: boolean;
}

export const MERGE_OUTCOMES = [
  "merged",
  "not-merged",
  "not-found",
  "unreadable",
  "other-source",
  "no-forge",
] as const;

/** How a change was merged: part of the approval subject. */
export interface MergeFinding {
  readonly change: string;
  readonly outcome: (typeof MERGE_OUTCOMES)[number];
  readonly commit: string | null;
  readonly author: string | null;
  /** Whose approval stood when it was merged, in order; never the author. */
  readonly approvers: string[];
}

export interface ChangeName {
  readonly owner: string;
  readonly repository: string;
  readonly number: number;
}

const NAME = /^([A-Za-z0-9][\w.-]{0,99})\/([A-Za-z0-9][\w.-]{0,99})#([1-9]\d{0,8})$/;

/** Reads `owner/repository#number`; null where a change is named in another way. */
export function readChangeName(text: string): ChangeName | null {
  const [, owner, repository, number] = NAME.exec(text) ?? [];
  if (!owner || !repository || !number) return null;
  return { owner, repository, number: Number(number) };
}

/** Whose approval stands: the last word of each official reviewer, the author left out. */
export function mergeFinding(change: string, found: ForgeChange | null): MergeFinding {
  if (!found) return { change, outcome: "not-found", commit: null, author: null, approvers: [] };
  const last = new Map<string, ForgeReview>();
  for (const review of found.reviews) last.set(review.by.toLowerCase(), review);
  const approvers = [...last.values()]
    .filter(({ decision, isOfficial, isVoid }) => decision === "approved" && isOfficial && !isVoid)
    .map(({ by }) => by)
    .filter((by) => by.toLowerCase() !== found.author.toLowerCase())
    .sort();
  const isMerged = found.isMerged && found.commit !== null;
  return {
    change,
    outcome: isMerged ? "merged" : "not-merged",
    commit: found.commit,
    author: found.author,
    approvers,
  };
}

/** Whether a change was merged with as many approvals as the policy asks for. */
export function isMergeApproved(wanted: number | undefined, finding: MergeFinding | null): boolean {
  if (!wanted) return true;
  return finding?.outcome === "merged" && finding.approvers.length >= wanted;
}

/** Why a merge does not pass, in words. */
export function mergeWords(wanted: number, finding: MergeFinding | null): string {
  if (!finding) return "the change was not looked up yet";
  const { change, outcome, approvers } = finding;
  switch (outcome) {
    case "merged":
      return `${change} was merged with ${approvers.length} approvals, the policy wants ${wanted}`;
    case "not-merged":
      return `${change} is not merged`;
    case "not-found":
      return `the forge has no ${change}`;
    case "unreadable":
      return `${change} names no pull request: write owner/repository#number`;
    case "other-source":
      return `${change} is not of a repository that the policy names`;
    case "no-forge":
      return "no forge is configured, so nothing can be looked up";
  }
}
