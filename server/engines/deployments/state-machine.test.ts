import fc from "fast-check";
import { expect, test } from "vitest";
import {
  DEPLOYMENT_STATES,
  DEPLOYMENT_STEPS,
  type DeploymentState,
  isOver,
  isWaiting,
  stateAfter,
} from "./state-machine.ts";

test("the way to success is exactly this", () => {
  const steps = ["begin-checks", "pass-checks", "approve", "claim", "succeed"] as const;
  let state: DeploymentState | null = "requested";
  const passed: (DeploymentState | null)[] = [state];
  for (const step of steps) {
    state = state && stateAfter(state, step);
    passed.push(state);
  }
  expect(passed).toEqual([
    "requested",
    "checking",
    "awaiting_approval",
    "approved",
    "executing",
    "succeeded",
  ]);
});

test.each(DEPLOYMENT_STATES)("from %s: over, waiting or executing, never two of them", (state) => {
  const kinds = [isOver(state), isWaiting(state), state === "executing"];
  expect(kinds.filter(Boolean)).toHaveLength(1);
  for (const step of ["withdraw", "expire", "supersede", "revise", "reject"] as const) {
    expect(stateAfter(state, step) !== null).toBe(isWaiting(state));
  }
});

test("on any walk: executed only out of approved, once, and nothing follows an end", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...DEPLOYMENT_STEPS), { maxLength: 40 }), (steps) => {
      let state: DeploymentState = "requested";
      let claims = 0;
      let isApproved = false;
      for (const step of steps) {
        const next = stateAfter(state, step);
        if (next === null) continue;
        expect(isOver(state)).toBe(false);
        if (step === "approve") isApproved = true;
        if (step === "revise") isApproved = false;
        if (step === "claim") {
          claims += 1;
          expect(isApproved).toBe(true);
        }
        state = next;
      }
      expect(claims).toBeLessThanOrEqual(1);
      if (["executing", "succeeded", "failed", "rolled_back"].includes(state)) {
        expect(claims).toBe(1);
      }
    }),
    { numRuns: 3_000 },
  );
});
