import fc from "fast-check";
import { expect, test } from "vitest";
import { CHECKLISTS, missingChecks, PROMOTION_KINDS } from "./checklist.ts";
import {
  afterHook,
  FINAL_PROMOTION_STATES,
  type HookAnswer,
  MAX_UNSENT_ATTEMPTS,
  mayPromotionMove,
  PROMOTION_STATES,
  PROMOTION_UNDER_WAY,
  type PromotionState,
} from "./state-machine.ts";

const state = fc.constantFrom(...PROMOTION_STATES);

/** Any walk that the machine allows, however long somebody tries. */
function walk(tries: readonly PromotionState[]): PromotionState[] {
  const path: PromotionState[] = ["requested"];
  for (const to of tries) {
    if (mayPromotionMove(path.at(-1) as PromotionState, to)) path.push(to);
  }
  return path;
}

test("nothing executes that was not approved, and nothing succeeds that did not execute", () => {
  fc.assert(
    fc.property(fc.array(state, { maxLength: 60 }), (tries) => {
      const path = walk(tries);
      const at = (name: PromotionState) => path.indexOf(name);
      if (at("executing") >= 0) {
        expect(at("awaiting_approval")).toBeGreaterThan(0);
        expect(at("approved")).toBe(at("executing") - 1);
      }
      if (at("succeeded") >= 0) expect(at("executing")).toBeGreaterThan(0);
      if (at("indeterminate") >= 0) expect(at("executing")).toBeGreaterThan(0);
    }),
    { numRuns: 2_000 },
  );
});

test("an ended one stays as it ended; one under way can neither be withdrawn nor run out", () => {
  fc.assert(
    fc.property(state, state, (from, to) => {
      if (FINAL_PROMOTION_STATES.has(from)) expect(mayPromotionMove(from, to)).toBe(false);
      if (PROMOTION_UNDER_WAY.has(from)) {
        expect(
          ["withdrawn", "expired", "rejected"].some((end) =>
            mayPromotionMove(from, end as PromotionState),
          ),
        ).toBe(false);
      }
    }),
  );
  for (const from of PROMOTION_STATES) {
    const goesOn = PROMOTION_STATES.some((to) => mayPromotionMove(from, to));
    expect([from, goesOn]).toEqual([from, !FINAL_PROMOTION_STATES.has(from)]);
  }
});

test("whatever the hook says leads where the machine may go; doubt is never taken for success", () => {
  const answer = fc.constantFrom<HookAnswer>(
    "succeeded",
    "failed",
    "running",
    "unknown",
    "absent",
    "never-sent",
  );
  fc.assert(
    fc.property(answer, fc.integer({ min: 1, max: 20 }), (said, attempt) => {
      const to = afterHook(said, attempt);
      for (const from of PROMOTION_UNDER_WAY)
        expect(to === from || mayPromotionMove(from, to)).toBe(true);
      if (said !== "succeeded") expect(to).not.toBe("succeeded");
      if (said === "unknown") expect(to).toBe("indeterminate");
    }),
  );
  expect(afterHook("never-sent", MAX_UNSENT_ATTEMPTS - 1)).toBe("executing");
  expect(afterHook("never-sent", MAX_UNSENT_ATTEMPTS)).toBe("failed");
});

test("each runbook has a list of its own; an item of the other one ticks nothing", () => {
  for (const kind of PROMOTION_KINDS) {
    expect(missingChecks(kind, [])).toEqual([...CHECKLISTS[kind]]);
    expect(missingChecks(kind, CHECKLISTS[kind])).toEqual([]);
  }
  expect(missingChecks("planned-switchover", CHECKLISTS.disaster)).toEqual([
    "writers-told",
    "backups-taken",
    "way-back-known",
  ]);
  expect(CHECKLISTS.disaster).toContain("old-primary-fenced");
});
