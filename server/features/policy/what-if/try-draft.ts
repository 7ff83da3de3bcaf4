import "server-only";
import { createHash } from "node:crypto";
import { setImmediate as breathe } from "node:timers/promises";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { governedDecision } from "#server/platform/authz/governed-decision.ts";
import { withDraft } from "#server/platform/authz/policy-engine.ts";
import type { PolicyDecision, PolicyRequest } from "#server/platform/authz/policy-request.ts";
import type { PolicyTexts } from "#server/platform/authz/policy-set.ts";

/** A recorded decision, to be made again by a draft. */
export interface PastDecision {
  decisionId: string;
  decidedAt: Date;
  decision: PolicyDecision;
}

/** The facts that the draft of an environment's policy would have given; or that nobody can say any more. */
export type FactsUnderDraft = { context: PolicyRequest["context"] } | { unknown: string };

export type Kind = "same" | "allow-to-deny" | "deny-to-allow" | "reasons-changed" | "unknown";

export interface Verdict {
  outcome: "allow" | "deny";
  reasons: string[];
  errors: string[];
}

export interface Change {
  decisionId: string;
  kind: Exclude<Kind, "same">;
  before: Verdict;
  /** Null: unknown. */
  after: Verdict | null;
  /** Why it is unknown. */
  why: string | null;
}

export interface Trial {
  policySetDigest: string;
  schemaDigest: string;
  counts: Record<Kind, number>;
  /** How many were judged before the time was over. */
  judged: number;
  isComplete: boolean;
  changes: Change[];
  /** SHA-256 of the RFC 8785 JSON of all of this: the same draft and decisions give the same. */
  digest: string;
}

const BETWEEN_BREATHS = 25;

/**
 * Makes past decisions again by a draft, newest first, for at most `mostMillis`; others are served meanwhile.
 * A governance engine's word is taken as it was recorded: what it would say today is not asked.
 */
export async function tryDraft(
  texts: PolicyTexts,
  past: readonly PastDecision[],
  factsUnderDraft: ReadonlyMap<string, FactsUnderDraft> = new Map(),
  mostMillis = 10_000,
): Promise<Trial> {
  const until = performance.now() + mostMillis;
  const counts = {
    same: 0,
    "allow-to-deny": 0,
    "deny-to-allow": 0,
    "reasons-changed": 0,
    unknown: 0,
  };
  const changes: Change[] = [];
  const seen: string[] = [];
  await withDraft(texts, async (decideByDraft) => {
    for (const [at, { decisionId, decision }] of past.entries()) {
      if (at % BETWEEN_BREATHS === 0) {
        await breathe();
        if (performance.now() > until) break;
      }
      seen.push(`${decisionId} ${decision.digest.toString("hex")}`);
      const facts = factsUnderDraft.get(decisionId);
      const before = verdictOf(decision);
      if (facts && "unknown" in facts) {
        counts.unknown += 1;
        changes.push({ decisionId, kind: "unknown", before, after: null, why: facts.unknown });
        continue;
      }
      const request = requestOf(decision, facts?.context);
      const again = decision.exchange
        ? governedDecision(decideByDraft(request, "floor"), decision.exchange)
        : decideByDraft(request, "whole");
      const after = verdictOf(again);
      const kind = kindOf(before, after);
      counts[kind] += 1;
      if (kind !== "same") changes.push({ decisionId, kind, before, after, why: null });
    }
  });
  const trial = {
    policySetDigest: sha256(texts.policySet),
    schemaDigest: sha256(texts.schema),
    counts,
    judged: seen.length,
    isComplete: seen.length === past.length,
    changes,
  };
  const digest = sha256(canonicalJson({ ...trial, seen } as unknown as JsonValue));
  return { ...trial, digest };
}

function requestOf(
  { action, request, entities }: PolicyDecision,
  context?: PolicyRequest["context"],
): PolicyRequest {
  const question = JSON.parse(request) as Omit<PolicyRequest, "entities" | "action">;
  return {
    ...question,
    action,
    entities: JSON.parse(entities) as PolicyRequest["entities"],
    ...(context ? { context } : {}),
  };
}

function verdictOf({ outcome, reasons, errors }: PolicyDecision): Verdict {
  return { outcome, reasons, errors };
}

function kindOf(before: Verdict, after: Verdict): Exclude<Kind, "unknown"> {
  if (before.outcome !== after.outcome)
    return after.outcome === "deny" ? "allow-to-deny" : "deny-to-allow";
  const said = ({ reasons, errors }: Verdict) => JSON.stringify([reasons, errors]);
  return said(before) === said(after) ? "same" : "reasons-changed";
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
