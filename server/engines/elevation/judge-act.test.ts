import { describe, expect, test } from "vitest";
import { type ActInput, isLiveAt, judgeAct } from "./judge-act.ts";

const DECIDE = "runtime.approvals.decide";
const act = (over: Partial<ActInput> = {}): ActInput => ({
  standing: new Set([DECIDE]),
  grants: [],
  scope: DECIDE,
  environment: "prod",
  isOnlyStopping: false,
  isDemanded: true,
  ...over,
});
const grant = (environment: string, ...scopes: string[]) => ({ environment, scopes });

describe("an act", () => {
  test.each<[string, Partial<ActInput>, string]>([
    ["a role is not enough where a grant is demanded", {}, "elevation-required"],
    ["a role is enough where none is", { isDemanded: false }, "allowed"],
    ["a role is enough to stop something", { isOnlyStopping: true }, "allowed"],
    ["a grant for it there", { grants: [grant("prod", DECIDE)] }, "allowed"],
    ["a grant elsewhere is none", { grants: [grant("dev", DECIDE)] }, "elevation-required"],
    ["a grant for something else is none", { grants: [grant("prod", "x")] }, "elevation-required"],
    [
      "a grant gives what no role does",
      { standing: new Set(), grants: [grant("prod", DECIDE)] },
      "allowed",
    ],
    [
      "stopping takes some right at least",
      { standing: new Set(), isOnlyStopping: true },
      "elevation-required",
    ],
    ["no environment, by role", { environment: null }, "allowed"],
    [
      "no environment, by grant",
      { environment: null, standing: new Set(), grants: [grant("prod", DECIDE)] },
      "out-of-reach",
    ],
  ])("%s", (_, over, verdict) => {
    expect(judgeAct(act(over)).verdict).toBe(verdict);
  });

  test("what overlaps adds up, in its own environment", () => {
    const grants = [grant("prod", "a"), grant("prod", "b"), grant("dev", "c")];
    expect([...judgeAct(act({ grants })).scopes].sort()).toEqual(["a", "b", DECIDE].sort());
  });
});

test("live from the start on, before the end, unless ended", () => {
  const times = { startsAt: 10, endsAt: 20, endedAt: null };
  expect([9, 10, 19, 20].map((now) => isLiveAt(times, now))).toEqual([false, true, true, false]);
  expect(isLiveAt({ ...times, endedAt: 12 }, 15)).toBe(false);
});
