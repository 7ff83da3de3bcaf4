import type { QuorumRequirement } from "./types.ts";

export const MAX_PLACES = 20;

/** Throws RangeError, saying what is wrong: an empty requirement would be met by nobody at all. */
export function assertRequirement(requirement: QuorumRequirement): void {
  if (requirement.length === 0) throw new RangeError("a quorum needs at least one group");
  let places = 0;
  for (const group of requirement) {
    if (!Number.isInteger(group.count) || group.count < 1)
      throw new RangeError(`the group ${group.role} needs a count of 1 or more`);
    if (group.role === "") throw new RangeError("a group needs a role");
    places += group.count;
  }
  if (places > MAX_PLACES) throw new RangeError(`a quorum has at most ${MAX_PLACES} places`);
}

/** Whether `asked` demands at least what `minimum` does, role by role. */
export function coversRequirement(asked: QuorumRequirement, minimum: QuorumRequirement): boolean {
  const countOf = (requirement: QuorumRequirement, role: string) =>
    requirement.reduce((sum, group) => sum + (group.role === role ? group.count : 0), 0);
  return minimum.every(({ role }) => countOf(asked, role) >= countOf(minimum, role));
}
