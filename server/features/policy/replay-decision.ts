import "server-only";
import { evaluationOf } from "#server/engines/authzen/evaluation.ts";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import {
  governedDecision,
  type RecordedExchange,
} from "#server/platform/authz/governed-decision.ts";
import { decide, decideFloor, decideUnder } from "#server/platform/authz/policy-engine.ts";
import type {
  PolicyAction,
  PolicyDecision,
  PolicyRequest,
} from "#server/platform/authz/policy-request.ts";
import type { PolicyTexts } from "#server/platform/authz/policy-set.ts";
import type { Replay } from "./schema.ts";

type Change = Replay["changed"][number];

/**
 * Makes a recorded decision again from its own record and compares byte for byte (law 11), by the
 * rules that were stored with it. When those are lost and others are in force, or the engine is
 * another, the verdict is `unknown`, never `same`. Of a governance engine's decision this shows that the
 * recorded question and the recorded answer give the recorded outcome; what the engine would answer today,
 * or that it did answer so, nobody can show from here.
 */
export function replayDecision(
  recorded: PolicyDecision,
  stored: PolicyTexts | null = null,
): Replay {
  const question = JSON.parse(recorded.request) as Omit<PolicyRequest, "entities" | "action">;
  const request: PolicyRequest = {
    ...question,
    action: recorded.action as PolicyAction,
    entities: JSON.parse(recorded.entities) as PolicyRequest["entities"],
  };
  const again = recorded.exchange
    ? governedDecision(
        stored ? decideUnder(stored, request, "floor") : decideFloor(request),
        recorded.exchange,
      )
    : stored
      ? decideUnder(stored, request)
      : decide(request);
  const rules: Change[] = [];
  if (!again.policySetDigest.equals(recorded.policySetDigest)) rules.push("policies");
  if (!again.schemaDigest.equals(recorded.schemaDigest)) rules.push("schema");
  if (again.engineVersion !== recorded.engineVersion) rules.push("engine");
  const bytes: Change[] = [];
  if (recorded.exchange && !isAskedBy(request, recorded.exchange)) bytes.push("question");
  for (const field of ["request", "entities", "outcome"] as const) {
    if (again[field] !== recorded[field]) bytes.push(field);
  }
  for (const field of ["reasons", "errors"] as const) {
    if (JSON.stringify(again[field]) !== JSON.stringify(recorded[field])) bytes.push(field);
  }
  if (again.engine !== recorded.engine) bytes.push("engine kind");
  if (rules.length === 0 && !again.digest.equals(recorded.digest)) bytes.push("digest");
  return {
    shows: recorded.exchange ? "exchange" : "decision",
    verdict: rules.length > 0 ? "unknown" : bytes.length > 0 ? "different" : "same",
    changed: [...rules, ...bytes],
    recordedDigest: recorded.digest.toString("hex"),
    replayedDigest: again.digest.toString("hex"),
  };
}

/** Whether the bytes that were sent hold this very question, at the place that the record names. */
function isAskedBy(request: PolicyRequest, exchange: string): boolean {
  const { request: sent, index, count } = JSON.parse(exchange) as RecordedExchange;
  const body = JSON.parse(sent) as { evaluations?: JsonValue[] };
  const own = count === 1 ? (body as JsonValue) : body.evaluations?.[index];
  return (
    own !== undefined &&
    canonicalJson(own) === canonicalJson(evaluationOf(request) as unknown as JsonValue)
  );
}
