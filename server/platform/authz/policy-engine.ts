import "server-only";
import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { CedarEntity, PolicyDecision, PolicyRequest } from "./policy-request.ts";
import {
  type LoadedPolicies,
  loadPolicies,
  type PolicyTexts,
  parsedUnder,
  partFor,
  preparsed,
  sha256,
} from "./policy-set.ts";

const shared = globalThis as typeof globalThis & { consolePolicies?: LoadedPolicies };

let draftTurn: Promise<unknown> = Promise.resolve();

/**
 * Gives `work` a way to decide by texts that are not in force. One draft at a time: Cedar keeps what it parsed for
 * ever, so each draft takes the place of the one before. Throws when the texts do not parse.
 */
export function withDraft<Result>(
  texts: PolicyTexts,
  work: (
    decideByDraft: (request: PolicyRequest, part: "whole" | "floor") => PolicyDecision,
  ) => Promise<Result>,
): Promise<Result> {
  const turn = draftTurn.then(() => {
    const draft = parsedUnder("draft", "draft", texts);
    return work((request, part) => decideBy(draft, request, part));
  });
  draftTurn = turn.catch(() => undefined);
  return turn;
}

export function cedarVersion(): string {
  return cedar.getCedarVersion();
}

/** The texts now in force: kept with the decisions that are made from them. */
export function policyTexts(): PolicyTexts {
  shared.consolePolicies ??= loadPolicies();
  return shared.consolePolicies.texts;
}

/** Decides by Cedar. Never throws: what cannot be evaluated is denied, with the error named (law 7). */
export function decide(request: PolicyRequest): PolicyDecision {
  shared.consolePolicies ??= loadPolicies();
  return decideBy(shared.consolePolicies, request);
}

/** Decides by what is never delegated alone: what a governance engine's word is joined to. */
export function decideFloor(request: PolicyRequest): PolicyDecision {
  shared.consolePolicies ??= loadPolicies();
  return decideBy(shared.consolePolicies, request, "floor");
}

/** Decides by these texts instead of those in force. Throws when they do not parse. */
export function decideUnder(
  texts: PolicyTexts,
  request: PolicyRequest,
  part: "whole" | "floor" = "whole",
): PolicyDecision {
  return decideBy(preparsed(texts), request, part);
}

function decideBy(
  policies: LoadedPolicies,
  request: PolicyRequest,
  part: "whole" | "floor" = "whole",
): PolicyDecision {
  const { entities, ...question } = request;
  const sorted = [...entities].sort((a, b) =>
    `${a.uid.type}::${a.uid.id}` < `${b.uid.type}::${b.uid.id}` ? -1 : 1,
  );
  const decided = {
    engine: "cedar" as const,
    exchange: null,
    action: request.action,
    ...evaluate(policies, request, part, sorted),
    engineVersion: cedar.getCedarVersion(),
    request: canonicalJson(question as unknown as JsonValue),
    entities: canonicalJson(sorted as unknown as JsonValue),
    policySetDigest: policies.policySetDigest,
    schemaDigest: policies.schemaDigest,
  };
  return { ...decided, digest: decisionDigest(decided) };
}

/** Over everything that a decision was made from. Without an exchange it is as it was before there were any. */
export function decisionDigest(decided: Omit<PolicyDecision, "digest">): Buffer {
  const { engine, exchange, policySetDigest, schemaDigest, ...record } = decided;
  return sha256(
    canonicalJson({
      ...record,
      policySetDigest: policySetDigest.toString("hex"),
      schemaDigest: schemaDigest.toString("hex"),
      ...(exchange === null ? {} : { engine, exchange: sha256(exchange).toString("hex") }),
    }),
  );
}

function evaluate(
  policies: LoadedPolicies,
  request: PolicyRequest,
  part: "whole" | "floor",
  entities: CedarEntity[],
): Pick<PolicyDecision, "outcome" | "reasons" | "errors"> {
  try {
    const answer = cedar.statefulIsAuthorized({
      principal: request.principal,
      action: { type: "Action", id: request.action },
      resource: request.resource,
      context: request.context,
      entities,
      preparsedSchemaName: policies.schemaName,
      preparsedPolicySetId: partFor(policies, request.action, part),
      validateRequest: true,
    });
    if (answer.type === "failure") {
      return { outcome: "deny", reasons: [], errors: answer.errors.map((error) => error.message) };
    }
    const { decision, diagnostics } = answer.response;
    // Cedar skips a forbid whose evaluation fails: an error therefore denies.
    const errors = diagnostics.errors
      .map((error) => `${error.policyId}: ${error.error.message}`)
      .sort();
    return {
      outcome: decision === "allow" && errors.length === 0 ? "allow" : "deny",
      reasons: [...diagnostics.reason].sort(),
      errors,
    };
  } catch (error) {
    return { outcome: "deny", reasons: [], errors: [(error as Error).message] };
  }
}
