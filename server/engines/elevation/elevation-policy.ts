import { coversRequirement } from "../quorum/requirement.ts";
import type { QuorumRequirement } from "../quorum/types.ts";

/** What an environment lets people ask for, as far as judging a request goes. */
export interface ElevationRules {
  readonly maxDurationSeconds: number;
  readonly maxAheadSeconds: number;
  readonly maxLivePerPerson: number;
  readonly offers: readonly {
    readonly roles: readonly string[];
    readonly scopes: readonly string[];
  }[];
  readonly groups: QuorumRequirement;
}

/** The scopes that somebody with these roles may ask for, sorted. */
export function askableScopes(
  { offers }: Pick<ElevationRules, "offers">,
  roles: readonly string[],
): string[] {
  const offered = offers.filter((offer) => offer.roles.some((role) => roles.includes(role)));
  return [...new Set(offered.flatMap(({ scopes }) => scopes))].sort();
}

export type ElevationProblem = "below-minimum" | "same-role-twice" | "nobody-may-ask";

/** Why nobody could ever be granted anything by a policy; empty when it is sound. */
export function elevationProblems(
  { groups, offers }: Pick<ElevationRules, "groups" | "offers">,
  minimum: QuorumRequirement,
  mayAsk: (role: string) => boolean,
): { field: string; code: ElevationProblem }[] {
  const problems: { field: string; code: ElevationProblem }[] = [];
  if (!coversRequirement(groups, minimum))
    problems.push({ field: "groups", code: "below-minimum" });
  if (new Set(groups.map(({ role }) => role)).size < groups.length)
    problems.push({ field: "groups", code: "same-role-twice" });
  offers.forEach(({ roles }, at) => {
    if (!roles.some(mayAsk)) problems.push({ field: `offers.${at}.roles`, code: "nobody-may-ask" });
  });
  return problems;
}
