import type { Judgement } from "../check.ts";
import type { ComplianceFacts } from "../facts.ts";
import { failing, met, minutesBetween, noneBad, unknown } from "./judgement.ts";

const MOST_READ_MINUTES = 24 * 60;

export const operationChecks = {
  "alerts-answered": ({ operations }: ComplianceFacts): Judgement => {
    const judged = noneBad(operations.unanswered);
    // No critical alert at all is what is wanted, not a gap.
    return judged.reason === "none"
      ? { ...judged, state: "met", reason: "all", params: { total: 0 } }
      : judged;
  },
  "alerts-delivered": ({ operations }: ComplianceFacts): Judgement => {
    const judged = noneBad(operations.endpoints);
    return judged.reason === "none" ? unknown("no-endpoint") : judged;
  },
  "regions-ready": ({ operations, now }: ComplianceFacts): Judgement => {
    const { regions } = operations;
    if (regions.length === 0) return unknown("not-looked");
    const refs = regions.map(({ region, checkedAt }) => ({
      kind: "region" as const,
      id: region,
      at: checkedAt,
    }));
    const others = regions.filter(({ role }) => role !== "primary");
    if (others.length === 0) return failing("single-region", {}, refs);
    const behind = others.filter((each) => each.behind > 0);
    // One other region that has everything is enough to go on in.
    if (behind.length === others.length) {
      return failing("some", { bad: behind.length, total: others.length }, refs);
    }
    const known = others.filter(
      (each) =>
        each.behind === 0 &&
        each.unknown === 0 &&
        each.checkedAt !== null &&
        minutesBetween(each.checkedAt, now) <= MOST_READ_MINUTES,
    );
    if (known.length === 0) {
      return unknown("some-unknown", { unknown: others.length, total: others.length }, refs);
    }
    return met("all", { total: known.length }, refs);
  },
} as const;
