import "server-only";
import { canonicalJson } from "#server/engines/canonical-json/canonical-json.ts";
import { policyTexts } from "#server/platform/authz/policy-engine.ts";
import { type PolicyProblem, policyProblems } from "#server/platform/authz/policy-problems.ts";
import type { PolicyTexts } from "#server/platform/authz/policy-set.ts";

/** A draft of the Cedar rules: whole files by id, each instead of the one in force, or null to leave it out. */
export interface RulesDraft {
  policies: Readonly<Record<string, string | null>>;
  /** Absent: the schema in force. */
  schema?: string | undefined;
}

/** The rules in force, file by file. */
export function rulesInForce(): { policies: Record<string, string>; schema: string } {
  const { policySet, schema } = policyTexts();
  return { policies: JSON.parse(policySet) as Record<string, string>, schema };
}

/** The whole set that a draft makes, and everything that is wrong with it. */
export function draftTexts(draft: RulesDraft): { texts: PolicyTexts; problems: PolicyProblem[] } {
  const { policies: before, schema: schemaBefore } = rulesInForce();
  const schema = draft.schema ?? schemaBefore;
  const policies = Object.fromEntries(
    Object.entries({ ...before, ...draft.policies }).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    ),
  );
  if (Object.keys(policies).length === 0) {
    const message = "no policy is left: everything would be denied";
    return {
      texts: { policySet: "{}", schema },
      problems: [{ file: "", line: 1, column: 1, message }],
    };
  }
  const texts = { policySet: canonicalJson(policies), schema };
  return { texts, problems: policyProblems(policies, schema) };
}
