import type { Judgement } from "../check.ts";
import type { ComplianceFacts } from "../facts.ts";
import { doubtOf, failing, met, noneBad } from "./judgement.ts";

/** Retention is looked after at least daily. */
const MOST_RETENTION_MINUTES = 26 * 60;

export const recordChecks = {
  "log-delivered": ({ records }: ComplianceFacts): Judgement => noneBad(records.sinks),
  "dead-letters-settled": ({ records }: ComplianceFacts): Judgement => {
    const { bad, total, badRefs, goodRefs } = records.deadLetters;
    // No dead letter at all is what is wanted, not a gap.
    return bad > 0 ? failing("some", { bad, total }, badRefs) : met("all", { total }, goodRefs);
  },
  "erasure-on-time": ({ records, now }: ComplianceFacts): Judgement => {
    const { bad, total, badRefs, goodRefs } = records.erasures;
    if (bad > 0) return failing("some", { bad, total }, badRefs);
    return (
      doubtOf(records.retentionLook, now, MOST_RETENTION_MINUTES) ?? met("all", { total }, goodRefs)
    );
  },
  "payloads-encrypted": ({ records }: ComplianceFacts): Judgement => noneBad(records.payloads),
} as const;
