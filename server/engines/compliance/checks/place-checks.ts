import type { Judgement } from "../check.ts";
import type { Cells, ComplianceFacts, Counted } from "../facts.ts";
import { doubtOf, failing, met, noneBad, notApplicable, unknown } from "./judgement.ts";

const MOST_LOOK_MINUTES = 30;

export const placeChecks = {
  "isolation-verified": (facts: ComplianceFacts): Judgement => cells(facts.places.isolation, facts),
  "residency-kept": (facts: ComplianceFacts): Judgement => cells(facts.places.residency, facts),
  "drift-age": (facts: ComplianceFacts): Judgement => drift(facts.places.oldDrift, facts),
  "images-recorded": (facts: ComplianceFacts): Judgement =>
    drift(facts.places.unknownImages, facts),
  "hardening-kept": (facts: ComplianceFacts): Judgement => drift(facts.places.weakened, facts),
  "policies-kept": (facts: ComplianceFacts): Judgement => drift(facts.places.opened, facts),
  "neighbours-quiet": (facts: ComplianceFacts): Judgement => {
    const { crowded, isolationLook } = facts.places;
    if (facts.isSovereign) return notApplicable("elsewhere");
    const judged = noneBad(crowded);
    if (judged.state === "failing") return judged;
    return doubtOf(isolationLook, facts.now, MOST_LOOK_MINUTES) ?? judged;
  },
  "row-security-forced": ({ places }: ComplianceFacts): Judgement => {
    const judged = noneBad(places.openTables);
    // A catalog without tables was not read.
    return judged.state === "not-applicable" ? unknown("not-looked") : judged;
  },
} as const;

function cells({ total, violated, unknown: untold, verified }: Cells, facts: ComplianceFacts) {
  if (facts.isSovereign) return notApplicable("elsewhere");
  if (violated.length > 0) return failing("some", { bad: violated.length, total }, violated);
  const doubt = doubtOf(facts.places.isolationLook, facts.now, MOST_LOOK_MINUTES);
  if (doubt) return doubt;
  if (untold.length > 0) return unknown("some-unknown", { unknown: untold.length, total }, untold);
  return total === 0 ? unknown("not-looked") : met("all", { total }, verified);
}

/** A finding is a finding, whoever is away; without one the look must be believable. */
function drift(found: Counted, { places, now }: ComplianceFacts): Judgement {
  if (found.bad > 0) return failing("some", { bad: found.bad, total: found.total }, found.badRefs);
  return (
    doubtOf(places.driftLook, now, MOST_LOOK_MINUTES) ??
    met("all", { total: found.total }, found.goodRefs)
  );
}
