import "server-only";
import {
  decide,
  decideUnder,
  type PolicyAction,
  type PolicyDecision,
  type PolicyRequest,
  type PolicyTexts,
} from "#server/platform/authz/policy-engine.ts";
import type { Replay } from "./schema.ts";

type Change = Replay["changed"][number];

/**
 * Makes a recorded decision again from its own record and compares byte for byte (law 11), by the
 * rules that were stored with it. When those are lost and others are in force, or the engine is
 * another, the verdict is `unknown`, never `same`.
 */
export function replayDecision(
  recorded: PolicyDecision,
  stored: PolicyTexts | null = null,
): Replay {
  const question = JSON.parse(recorded.request) as Omit<PolicyRequest, "entities" | "action">;
  const again = (stored ? (asked: PolicyRequest) => decideUnder(stored, asked) : decide)({
    ...question,
    action: recorded.action as PolicyAction,
    entities: JSON.parse(recorded.entities) as PolicyRequest["entities"],
  });
  const rules: Change[] = [];
  if (!again.policySetDigest.equals(recorded.policySetDigest)) rules.push("policies");
  if (!again.schemaDigest.equals(recorded.schemaDigest)) rules.push("schema");
  if (again.engineVersion !== recorded.engineVersion) rules.push("engine");
  const bytes: Change[] = [];
  for (const field of ["request", "entities", "outcome"] as const) {
    if (again[field] !== recorded[field]) bytes.push(field);
  }
  for (const field of ["reasons", "errors"] as const) {
    if (JSON.stringify(again[field]) !== JSON.stringify(recorded[field])) bytes.push(field);
  }
  if (rules.length === 0 && !again.digest.equals(recorded.digest)) bytes.push("digest");
  return {
    verdict: rules.length > 0 ? "unknown" : bytes.length > 0 ? "different" : "same",
    changed: [...rules, ...bytes],
    recordedDigest: recorded.digest.toString("hex"),
    replayedDigest: again.digest.toString("hex"),
  };
}
