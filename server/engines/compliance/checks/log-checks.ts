import type { Judgement } from "../check.ts";
import type { ComplianceFacts } from "../facts.ts";
import { failing, met, minutesBetween, notApplicable, unknown } from "./judgement.ts";

const MOST_SEAL_SECONDS = 60;
const MOST_AUDIT_MINUTES = 48 * 60;
const MOST_WITNESS_SECONDS = 3_600;
/** Troubles that say that the log is not the one it was. */
const CONTRADICTIONS = new Set(["ahead", "forked", "bad-answer"]);

export const logChecks = {
  "log-sealed": ({ log, now }: ComplianceFacts): Judgement => {
    const { head, oldestPendingAt } = log;
    const evidence = head
      ? [{ kind: "checkpoint" as const, id: `${head.size}:${head.digest}`, at: head.at }]
      : [];
    if (oldestPendingAt !== null) {
      const seconds = secondsBetween(oldestPendingAt, now);
      if (seconds > MOST_SEAL_SECONDS) return failing("seal-late", { seconds }, evidence);
    }
    return head ? met("sealed", { size: head.size }, evidence) : notApplicable("none");
  },
  "log-intact": ({ log, now }: ComplianceFacts): Judgement => {
    const { audit, head } = log;
    if (!audit) return head ? unknown("not-looked") : notApplicable("none");
    const evidence = [
      { kind: "log-audit" as const, id: `${audit.size}:${audit.digest}`, at: audit.at },
    ];
    // What was found stays found, however long ago: only another audit can say otherwise.
    if (audit.faults > 0) return failing("log-altered", { faults: audit.faults }, evidence);
    const minutes = minutesBetween(audit.at, now);
    if (minutes > MOST_AUDIT_MINUTES) return unknown("look-old", { minutes }, evidence);
    return met("log-intact", { size: audit.size }, evidence);
  },
  "log-witnessed": ({ log, now }: ComplianceFacts): Judgement => {
    const { witnesses, head } = log;
    if (!head) return notApplicable("none");
    if (witnesses.length === 0) return unknown("no-witness");
    const refs = witnesses.map(({ name, askedAt }) => ({
      kind: "witness" as const,
      id: name,
      at: askedAt,
    }));
    const contradicting = witnesses.find(({ trouble }) => CONTRADICTIONS.has(trouble ?? ""));
    if (contradicting) {
      const { name, trouble } = contradicting;
      return failing("witness-contradicts", { witness: name, trouble: trouble ?? "" }, refs);
    }
    const answering = witnesses.filter(({ trouble }) => trouble === null);
    if (answering.length === 0) return unknown("witness-away", { count: witnesses.length }, refs);
    const seconds = Math.min(
      ...answering.map(({ behindSince }) => (behindSince ? secondsBetween(behindSince, now) : 0)),
    );
    if (seconds > MOST_WITNESS_SECONDS) return unknown("witness-behind", { seconds }, refs);
    return met("witnessed", { count: answering.length }, refs);
  },
} as const;

function secondsBetween(from: string, to: string): number {
  return Math.floor((Date.parse(to) - Date.parse(from)) / 1_000);
}
