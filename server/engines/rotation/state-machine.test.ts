import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  backoffSeconds,
  FINAL_STATES,
  isBeforePromotion,
  mayBegin,
  mayMove,
  nextStep,
  ROTATION_STATES,
  ROTATION_STEPS,
  type RotationState,
} from "./state-machine.ts";

/** The whole table once more, by hand from DESIGN §6: every pair not named here is refused. */
const LEGAL = new Set([
  "requested>awaiting_approval",
  "requested>staged",
  "requested>rolled_back",
  "requested>indeterminate",
  "awaiting_approval>staged",
  "awaiting_approval>rolled_back",
  "awaiting_approval>indeterminate",
  "staged>applied",
  "staged>rolled_back",
  "staged>indeterminate",
  "applied>verified",
  "applied>rolled_back",
  "verified>promoted",
  "verified>rolled_back",
  "verified>indeterminate",
  "promoted>grace",
  "grace>revoking",
  "grace>orphaned",
  // By a person's word only; the verbs see to that.
  "grace>rolled_back",
  "revoking>verified_dead",
  "revoking>revoke_failed",
  "revoking>indeterminate",
  "revoking>orphaned",
  "revoke_failed>revoking",
  "revoke_failed>orphaned",
  "verified_dead>done",
]);

const pairs = ROTATION_STATES.flatMap((from) => ROTATION_STATES.map((to) => ({ from, to })));

test.each(pairs)("$from to $to", ({ from, to }) => {
  expect(mayMove(from, to)).toBe(LEGAL.has(`${from}>${to}`));
});

describe("doubt", () => {
  test.each<[RotationState, RotationState[]]>([
    ["requested", ["requested", "staged", "rolled_back"]],
    ["staged", ["staged", "applied", "rolled_back"]],
    ["verified", ["verified", "promoted", "rolled_back"]],
    ["revoking", ["revoking", "orphaned"]],
    ["grace", []],
    ["promoted", []],
    ["done", []],
  ])("entered in %s ends only in %j", (resume, ends) => {
    const reachable = ROTATION_STATES.filter((to) => mayMove("indeterminate", to, resume));
    expect(reachable.sort()).toEqual(ends.sort());
  });

  test("never revokes", () => {
    for (const resume of ROTATION_STATES) {
      expect(mayMove("indeterminate", "verified_dead", resume)).toBe(false);
      expect(mayBegin("indeterminate", "revoke", resume)).toBe(false);
    }
    expect(mayMove("indeterminate", "revoking", "verified")).toBe(false);
  });
});

test("undoing ends where the main path changed", () => {
  for (const state of [
    "promoted",
    "grace",
    "revoking",
    "verified_dead",
    "revoke_failed",
  ] as const) {
    expect(isBeforePromotion(state)).toBe(false);
    expect(mayMove(state, "rolled_back")).toBe(state === "grace");
    expect(mayBegin(state, "roll-back")).toBe(false);
  }
  expect(mayBegin("indeterminate", "roll-back", "revoking")).toBe(false);
  expect(mayBegin("indeterminate", "roll-back", "verified")).toBe(true);
});

test("a final state has no step and no way out", () => {
  for (const state of FINAL_STATES) {
    expect(nextStep(state)).toBeNull();
    for (const to of ROTATION_STATES) expect(mayMove(state, to)).toBe(false);
  }
});

test("no walk reaches the destruction of the old version without a proof of death", () => {
  let finished = 0;
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 12, maxLength: 40, size: "max" }), (choices) => {
      let state: RotationState = "requested";
      let resume: RotationState | null = null;
      const walked: RotationState[] = [state];
      for (const choice of choices) {
        // Giving up is one way among many: drawn less often, so that many walks get to the end.
        const open = ROTATION_STATES.filter((to) => mayMove(state, to, resume)).flatMap((to) =>
          to === "rolled_back" || to === "orphaned" ? [to] : [to, to, to, to],
        );
        const to = open[choice % open.length];
        if (!to) break;
        resume = to === "indeterminate" ? state : null;
        state = to;
        walked.push(state);
      }
      if (!walked.includes("done")) return;
      finished += 1;
      const order = ["promoted", "grace", "revoking", "verified_dead", "done"] as const;
      const places = order.map((name) => walked.indexOf(name));
      expect(places.every((place, at) => place > (places[at - 1] ?? -1))).toBe(true);
    }),
    { numRuns: 5_000 },
  );
  expect(finished).toBeGreaterThan(50);
});

test("each state calls for at most one step, and only that may begin", () => {
  for (const state of ROTATION_STATES) {
    const usual = ROTATION_STEPS.filter((step) => !step.endsWith("-back"));
    const begun = usual.filter((step) => mayBegin(state, step));
    expect(begun).toEqual(nextStep(state) ? [nextStep(state)] : []);
  }
});

test("a promoted rotation is taken back in its grace only", () => {
  const states = ROTATION_STATES.filter((state) => mayBegin(state, "take-back"));
  expect(states).toEqual(["grace"]);
});

test("backing off doubles and stays under five minutes", () => {
  expect([1, 2, 3, 8, 9, 500].map(backoffSeconds)).toEqual([2, 4, 8, 256, 300, 300]);
});
