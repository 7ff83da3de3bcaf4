import type { EvidenceRef, Judgement, ReasonCode } from "../check.ts";
import type { Counted, Looked } from "../facts.ts";

type Params = Judgement["params"];

export const met = (
  reason: ReasonCode,
  params: Params = {},
  evidence: readonly EvidenceRef[] = [],
): Judgement => ({ state: "met", reason, params, evidence });

export const failing = (
  reason: ReasonCode,
  params: Params = {},
  evidence: readonly EvidenceRef[] = [],
): Judgement => ({ state: "failing", reason, params, evidence });

export const unknown = (
  reason: ReasonCode,
  params: Params = {},
  evidence: readonly EvidenceRef[] = [],
): Judgement => ({ state: "unknown", reason, params, evidence });

export const notApplicable = (reason: ReasonCode): Judgement => ({
  state: "not-applicable",
  reason,
  params: {},
  evidence: [],
});

/** None of them may be bad; where there are none at all there is nothing to judge. */
export function noneBad({ total, bad, badRefs, goodRefs }: Counted): Judgement {
  if (bad > 0) return failing("some", { bad, total }, badRefs);
  if (total === 0) return notApplicable("none");
  return met("all", { total }, goodRefs);
}

/**
 * What a look must be before its silence says anything: made, of late, and of sources that could be
 * read. Null: it may be believed.
 */
export function doubtOf({ at, away }: Looked, now: string, mostMinutes: number): Judgement | null {
  if (at === null) return unknown("not-looked");
  const minutes = minutesBetween(at, now);
  if (minutes > mostMinutes) return unknown("look-old", { minutes });
  if (away.length > 0) return unknown("sources-away", { count: away.length }, away);
  return null;
}

/** Whole minutes from one moment to a later one, ISO 8601 each. */
export function minutesBetween(from: string, to: string): number {
  return Math.floor((Date.parse(to) - Date.parse(from)) / 60_000);
}
