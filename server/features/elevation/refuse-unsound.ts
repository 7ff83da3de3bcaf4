import "server-only";
import {
  type ElevationProblem,
  elevationProblems,
} from "#server/engines/elevation/elevation-policy.ts";
import type { QuorumRequirement } from "#server/engines/quorum/types.ts";
import { ROLE_SCOPES, type Role } from "#server/platform/authz/scopes.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { ElevationPolicySpec } from "./elevation-policy-spec.ts";

const WORDS: Record<ElevationProblem, [problem: string, remedy: string]> = {
  "below-minimum": ["takes less than every elevation does", "Ask for at least"],
  "same-role-twice": ["names a role twice", "Add the counts up in one group."],
  "nobody-may-ask": [
    "names only roles that can never ask for elevation",
    "Name a role that has the scope runtime.elevation.request.",
  ],
};

/** Throws `invalid` for a policy by which nobody could be granted anything, naming the field. */
export function refuseUnsound(policy: ElevationPolicySpec, minimum: QuorumRequirement): void {
  const mayAsk = (role: string) =>
    (ROLE_SCOPES[role as Role] ?? []).includes("runtime.elevation.request");
  const [problem] = elevationProblems(policy, minimum, mayAsk);
  if (!problem) return;
  const field = `policy.${problem.field}`;
  const [words, remedy] = WORDS[problem.code];
  const least = minimum.map(({ role, count }) => `${count} ${role}`).join(" and ");
  throw new AppError("invalid", `${field}: ${words}`, {
    said: { key: `elevation.${problem.code}`, args: { least } },
    field,
    remedy: problem.code === "below-minimum" ? `${remedy} ${least}.` : remedy,
  });
}
